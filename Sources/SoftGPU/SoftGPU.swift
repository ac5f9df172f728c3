// The software GPU: Kernel/ answers system calls, Queues/ processes packets, Execution/ and ISA/ run kernels.
