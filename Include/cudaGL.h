/* OpenGL interoperability of the driver API. */
#ifndef CUDAGL_H
#define CUDAGL_H

#include "cuda.h"
#include <GL/gl.h>

CARMINE_C_BEGIN

#define cuGLCtxCreate cuGLCtxCreate_v2
#define cuGLMapBufferObject CARMINE_PTDS(cuGLMapBufferObject_v2)
#define cuGLMapBufferObjectAsync CARMINE_PTSZ(cuGLMapBufferObjectAsync_v2)
#define cuGLGetDevices cuGLGetDevices_v2

typedef enum CUGLDeviceList_enum {
  CU_GL_DEVICE_LIST_ALL = 1,
  CU_GL_DEVICE_LIST_CURRENT_FRAME = 2,
  CU_GL_DEVICE_LIST_NEXT_FRAME = 3,
} CUGLDeviceList;

typedef enum CUGLmap_flags_enum {
  CU_GL_MAP_RESOURCE_FLAGS_NONE = 0,
  CU_GL_MAP_RESOURCE_FLAGS_READ_ONLY = 1,
  CU_GL_MAP_RESOURCE_FLAGS_WRITE_DISCARD = 2,
} CUGLmap_flags;

CUresult CUDAAPI cuGraphicsGLRegisterBuffer(CUgraphicsResource *pCudaResource, GLuint buffer, unsigned int Flags);

CUresult CUDAAPI cuGraphicsGLRegisterImage(
    CUgraphicsResource *pCudaResource, GLuint image, GLenum target, unsigned int Flags);

CUresult CUDAAPI cuGLGetDevices_v2(
    unsigned int *pCudaDeviceCount, CUdevice *pCudaDevices, unsigned int cudaDeviceCount,
    CUGLDeviceList deviceList);
CARMINE_DEPRECATED CUresult CUDAAPI cuGLCtxCreate_v2(CUcontext *pCtx, unsigned int Flags, CUdevice device);
CARMINE_DEPRECATED CUresult CUDAAPI cuGLInit(void);
CARMINE_DEPRECATED CUresult CUDAAPI cuGLRegisterBufferObject(GLuint buffer);
CARMINE_DEPRECATED CUresult CUDAAPI cuGLMapBufferObject_v2(CUdeviceptr *dptr, size_t *size, GLuint buffer);
CARMINE_DEPRECATED CUresult CUDAAPI cuGLUnmapBufferObject(GLuint buffer);
CARMINE_DEPRECATED CUresult CUDAAPI cuGLUnregisterBufferObject(GLuint buffer);
CARMINE_DEPRECATED CUresult CUDAAPI cuGLSetBufferObjectMapFlags(GLuint buffer, unsigned int Flags);

CARMINE_DEPRECATED CUresult CUDAAPI cuGLMapBufferObjectAsync_v2(
    CUdeviceptr *dptr, size_t *size, GLuint buffer, CUstream hStream);
CARMINE_DEPRECATED CUresult CUDAAPI cuGLUnmapBufferObjectAsync(GLuint buffer, CUstream hStream);

CARMINE_C_END

#endif
