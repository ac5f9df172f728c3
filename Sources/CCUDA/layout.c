#include "carmine_cuda.h"
#include "carmine_graph.h"

#include "carmine_driver.h"
// As cuda.h of CUDA 12 and 13 has them.
_Static_assert(sizeof(CUDA_ARRAY_DESCRIPTOR) == 24 && sizeof(CUDA_ARRAY3D_DESCRIPTOR) == 40, "arrays");
_Static_assert(sizeof(CUDA_EXTERNAL_MEMORY_MIPMAPPED_ARRAY_DESC) == 120 && sizeof(CUmemAllocationProp) == 32, "memory");
_Static_assert(sizeof(CUDA_RESOURCE_DESC) == 144 && offsetof(CUDA_RESOURCE_DESC, res.memory.pitchInBytes) == 40, "resources");
_Static_assert(sizeof(CUDA_TEXTURE_DESC) == 104 && sizeof(CUDA_RESOURCE_VIEW_DESC) == 112, "textures");
_Static_assert(sizeof(CUDA_KERNEL_NODE_PARAMS) == 72 && sizeof(CUDA_MEMCPY_NODE_PARAMS) == 216 && sizeof(CUDA_MEMCPY3D_PEER) == 200, "nodes");
_Static_assert(sizeof(CUstreamBatchMemOpParams) == 48 && sizeof(CUDA_BATCH_MEM_OP_NODE_PARAMS) == 32, "memory operations");
_Static_assert(offsetof(struct cudaGraphNodeParams, kernel) == 16 && sizeof(struct cudaGraphNodeParams) == 256, "nodes of any kind");
