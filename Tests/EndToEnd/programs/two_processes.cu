// Two processes share device memory, events and a pool.  They fork before either uses CUDA.  The consumer adds to what the producer
// wrote, round after round; events alone order the two GPUs' work.
#include <cuda_runtime.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUST(call) do { cudaError_t e_ = (call); if (e_ != cudaSuccess) { std::printf("FAIL %s line %d: %s: %s\n", who, __LINE__, #call, cudaGetErrorString(e_)); std::fflush(stdout); _exit(1); } } while (0)
#define EXPECT(condition) do { if (!(condition)) { std::printf("FAIL %s line %d: %s\n", who, __LINE__, #condition); std::fflush(stdout); _exit(1); } } while (0)

static const int n = 1 << 16, rounds = 100;   // more rounds than an event has signals
static const char *who;

__global__ void produce(int *data, int round) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) data[i] = i + round; }
__global__ void consume(const int *data, long long *sum) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) sum[i] += data[i]; }

struct Letter { cudaIpcMemHandle_t data; cudaIpcEventHandle_t full, empty; cudaMemPoolPtrExportData pooled; };

static void send_letter(int socket, const Letter &letter, int descriptor) {
  char space[CMSG_SPACE(sizeof(int))] = {};
  iovec part = {(void *)&letter, sizeof letter};
  msghdr message = {};
  message.msg_iov = &part, message.msg_iovlen = 1, message.msg_control = space, message.msg_controllen = sizeof space;
  cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET, header->cmsg_type = SCM_RIGHTS, header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  EXPECT(sendmsg(socket, &message, 0) == sizeof letter);
}
static int receive_letter(int socket, Letter &letter) {
  char space[CMSG_SPACE(sizeof(int))] = {};
  iovec part = {&letter, sizeof letter};
  msghdr message = {};
  message.msg_iov = &part, message.msg_iovlen = 1, message.msg_control = space, message.msg_controllen = sizeof space;
  EXPECT(recvmsg(socket, &message, 0) == sizeof letter);
  int descriptor;
  std::memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
  return descriptor;
}
static void say(int socket) { char c = 1; EXPECT(send(socket, &c, 1, 0) == 1); }
static void hear(int socket) { char c; EXPECT(recv(socket, &c, 1, 0) == 1); }

static void producer(int socket) {
  who = "producer";
  Letter letter;
  int *data, *pooled, descriptor;
  cudaEvent_t full, empty;
  cudaStream_t stream;
  MUST(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  MUST(cudaMalloc(&data, n * sizeof(int)));
  MUST(cudaEventCreateWithFlags(&full, cudaEventInterprocess | cudaEventDisableTiming));
  MUST(cudaEventCreateWithFlags(&empty, cudaEventInterprocess | cudaEventDisableTiming));
  cudaMemPoolProps properties = {};
  properties.allocType = cudaMemAllocationTypePinned, properties.handleTypes = cudaMemHandleTypePosixFileDescriptor;
  properties.location.type = cudaMemLocationTypeDevice;
  cudaMemPool_t pool;
  MUST(cudaMemPoolCreate(&pool, &properties));
  MUST(cudaMallocFromPoolAsync((void **)&pooled, n * sizeof(int), pool, stream));
  produce<<<n / 256, 256, 0, stream>>>(pooled, 1000);
  MUST(cudaStreamSynchronize(stream));
  MUST(cudaIpcGetMemHandle(&letter.data, data));
  MUST(cudaIpcGetEventHandle(&letter.full, full));
  MUST(cudaIpcGetEventHandle(&letter.empty, empty));
  MUST(cudaMemPoolExportToShareableHandle(&descriptor, pool, cudaMemHandleTypePosixFileDescriptor, 0));
  MUST(cudaMemPoolExportPointer(&letter.pooled, pooled));
  send_letter(socket, letter, descriptor);
  for (int round = 0; round < rounds; round++) {
    if (round > 0) { hear(socket); MUST(cudaStreamWaitEvent(stream, empty, 0)); }
    produce<<<n / 256, 256, 0, stream>>>(data, round);
    MUST(cudaEventRecord(full, stream));
    say(socket);
  }
  hear(socket);
  hear(socket);
  int value;
  MUST(cudaMemcpy(&value, pooled + 77, sizeof value, cudaMemcpyDefault));
  EXPECT(value == 5 * 0x01010101);
  MUST(cudaFreeAsync(pooled, stream));
  MUST(cudaStreamSynchronize(stream));
  MUST(cudaMemPoolDestroy(pool));
  MUST(cudaFree(data));
  MUST(cudaEventDestroy(full));
  MUST(cudaEventDestroy(empty));
}

static void consumer(int socket) {
  who = "consumer";
  Letter letter;
  int descriptor = receive_letter(socket, letter);
  int *data, *pooled, *again;
  long long *sum;
  cudaEvent_t full, empty;
  cudaStream_t stream;
  MUST(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  MUST(cudaIpcOpenMemHandle((void **)&data, letter.data, cudaIpcMemLazyEnablePeerAccess));
  MUST(cudaIpcOpenEventHandle(&full, letter.full));
  MUST(cudaIpcOpenEventHandle(&empty, letter.empty));
  MUST(cudaMalloc(&sum, n * sizeof *sum));
  MUST(cudaMemset(sum, 0, n * sizeof *sum));
  MUST(cudaDeviceSynchronize());
  for (int round = 0; round < rounds; round++) {
    hear(socket);
    MUST(cudaStreamWaitEvent(stream, full, 0));
    consume<<<n / 256, 256, 0, stream>>>(data, sum);
    MUST(cudaEventRecord(empty, stream));
    say(socket);
  }
  MUST(cudaStreamSynchronize(stream));
  static long long result[n];
  MUST(cudaMemcpy(result, sum, sizeof result, cudaMemcpyDefault));
  for (int i = 0; i < n; i++) EXPECT(result[i] == (long long)rounds * i + rounds * (rounds - 1) / 2);
  cudaMemPool_t pool;
  MUST(cudaMemPoolImportFromShareableHandle(&pool, (void *)(long)descriptor, cudaMemHandleTypePosixFileDescriptor, 0));
  MUST(cudaMemPoolImportPointer((void **)&pooled, pool, &letter.pooled));
  int value;
  MUST(cudaMemcpy(&value, pooled + n - 1, sizeof value, cudaMemcpyDefault));
  EXPECT(value == n - 1 + 1000);
  MUST(cudaMemsetAsync(pooled, 5, n * sizeof(int), stream));
  MUST(cudaFreeAsync(pooled, stream));
  MUST(cudaStreamSynchronize(stream));
  MUST(cudaMemPoolDestroy(pool));
  MUST(cudaIpcOpenMemHandle((void **)&again, letter.data, cudaIpcMemLazyEnablePeerAccess));
  EXPECT(again == data);
  MUST(cudaIpcCloseMemHandle(again));
  MUST(cudaIpcCloseMemHandle(data));
  EXPECT(cudaIpcCloseMemHandle(data) == cudaErrorInvalidValue);
  MUST(cudaEventDestroy(full));
  MUST(cudaEventDestroy(empty));
  say(socket);
}

int main() {
  int sockets[2];
  who = "parent";
  EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets) == 0);
  pid_t child = fork();
  if (child == 0) {
    close(sockets[0]);
    consumer(sockets[1]);
    return 0;
  }
  close(sockets[1]);
  producer(sockets[0]);
  int status;
  EXPECT(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  std::printf("two processes: %d rounds\n", rounds);
  return 0;
}
