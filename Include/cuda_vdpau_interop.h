/* VDPAU interoperability. */
#ifndef __CUDA_VDPAU_INTEROP_H__
#define __CUDA_VDPAU_INTEROP_H__

#include "cuda_runtime_api.h"
#include <vdpau/vdpau.h>

CARMINE_C_BEGIN

/* The device behind a VdpDevice. */
extern __host__ cudaError_t CUDARTAPI cudaVDPAUGetDevice(
    int *device, VdpDevice vdpDevice, VdpGetProcAddress *vdpGetProcAddress);

/* Has a device work with a VdpDevice. */
extern __host__ cudaError_t CUDARTAPI cudaVDPAUSetVDPAUDevice(
    int device, VdpDevice vdpDevice, VdpGetProcAddress *vdpGetProcAddress);

/* Makes a video surface known to CUDA. */
extern __host__ cudaError_t CUDARTAPI cudaGraphicsVDPAURegisterVideoSurface(
    struct cudaGraphicsResource **resource, VdpVideoSurface vdpSurface, unsigned int flags);

/* Makes an output surface known to CUDA. */
extern __host__ cudaError_t CUDARTAPI cudaGraphicsVDPAURegisterOutputSurface(
    struct cudaGraphicsResource **resource, VdpOutputSurface vdpSurface, unsigned int flags);

CARMINE_C_END

#endif
