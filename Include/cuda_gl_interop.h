/* OpenGL interoperability. */
#ifndef __CUDA_GL_INTEROP_H__
#define __CUDA_GL_INTEROP_H__

#include "cuda_runtime_api.h"
#include <GL/gl.h>

CARMINE_C_BEGIN

enum cudaGLDeviceList {
  cudaGLDeviceListAll = 1,
  cudaGLDeviceListCurrentFrame = 2,
  cudaGLDeviceListNextFrame = 3,
};

enum cudaGLMapFlags {
  cudaGLMapFlagsNone = 0,
  cudaGLMapFlagsReadOnly = 1,
  cudaGLMapFlagsWriteDiscard = 2,
};

/* The devices behind the current OpenGL context. */
extern __host__ cudaError_t CUDARTAPI cudaGLGetDevices(
    unsigned int *pCudaDeviceCount, int *pCudaDevices, unsigned int cudaDeviceCount,
    enum cudaGLDeviceList deviceList);

/* Makes a texture or renderbuffer known to CUDA. */
extern __host__ cudaError_t CUDARTAPI cudaGraphicsGLRegisterImage(
    struct cudaGraphicsResource **resource, GLuint image, GLenum target, unsigned int flags);

/* Makes a buffer object known to CUDA. */
extern __host__ cudaError_t CUDARTAPI cudaGraphicsGLRegisterBuffer(
    struct cudaGraphicsResource **resource, GLuint buffer, unsigned int flags);
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaGLSetGLDevice(int device);
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaGLRegisterBufferObject(GLuint bufObj);
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaGLMapBufferObject(void **devPtr, GLuint bufObj);
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaGLUnmapBufferObject(GLuint bufObj);
extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaGLUnregisterBufferObject(GLuint bufObj);

extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaGLSetBufferObjectMapFlags(
    GLuint bufObj, unsigned int flags);

extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaGLMapBufferObjectAsync(
    void **devPtr, GLuint bufObj, cudaStream_t stream);

extern CARMINE_DEPRECATED __host__ cudaError_t CUDARTAPI cudaGLUnmapBufferObjectAsync(
    GLuint bufObj, cudaStream_t stream);

CARMINE_C_END

#endif
