// Why instructions are refused: sentences that end an error message which has already named the instruction and its place.

enum Refusal {
  static let clusters = InstructionStatus.refused("it reaches the shared memory of other blocks of a cluster, which AMD GPUs cannot; compile the program for a target before sm_90")
  static let tensorMaps = InstructionStatus.refused("tensor maps are read by NVIDIA's copy engine alone; compile the program for a target before sm_90")
  static let groupMatrix = InstructionStatus.refused("wgmma reads matrices through descriptors of NVIDIA's sm_90a alone; compile the program for a plain target, whose mma instructions are compiled")
  static let tensorMemory = InstructionStatus.refused("tensor memory exists on NVIDIA's sm_100 family alone; compile the program for a plain target, whose mma instructions are compiled")
  static let multimem = InstructionStatus.refused("it works on multicast addresses of several GPUs joined by NVSwitch, which AMD GPUs have not")
  static let launchControl = InstructionStatus.refused("it cancels blocks of the running grid that haven't started, which AMD's dispatcher cannot")
  static let multisampled = InstructionStatus.refused("CUDA's runtime makes no multisampled textures")
  static let textureQuestion = InstructionStatus.refused("the answer would be a number of the source language's own, which CUDA has not")
  static let stateOfTextures = InstructionStatus.refused("textures and surfaces are told by their handles alone here: there is nothing to ask for their type")
}
