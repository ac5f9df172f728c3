/* VDPAU interoperability of the driver API. */
#ifndef CUDAVDPAU_H
#define CUDAVDPAU_H

#include "cuda.h"
#include <vdpau/vdpau.h>

CARMINE_C_BEGIN

#define cuVDPAUCtxCreate cuVDPAUCtxCreate_v2


CUresult CUDAAPI cuVDPAUGetDevice(CUdevice *pDevice, VdpDevice vdpDevice, VdpGetProcAddress *vdpGetProcAddress);

CUresult CUDAAPI cuVDPAUCtxCreate_v2(
    CUcontext *pCtx, unsigned int flags, CUdevice device, VdpDevice vdpDevice,
    VdpGetProcAddress *vdpGetProcAddress);

CUresult CUDAAPI cuGraphicsVDPAURegisterVideoSurface(
    CUgraphicsResource *pCudaResource, VdpVideoSurface vdpSurface, unsigned int flags);

CUresult CUDAAPI cuGraphicsVDPAURegisterOutputSurface(
    CUgraphicsResource *pCudaResource, VdpOutputSurface vdpSurface, unsigned int flags);

CARMINE_C_END

#endif
