// Sizes and request codes of the kernel ABI: asserted here by the compiler, and listed for the tests of the Swift table.
#include "carmine_kfd.h"
#include <sys/ioctl.h>

#define ENABLE_1_14 _IOWR('K', 0x25, struct kfd_ioctl_runtime_enable_args_1_14)
#define EXPORT_1_12 _IOWR('K', 0x24, struct kfd_ioctl_export_dmabuf_args_1_12)
#define TRAP_1_14 _IOWR('K', 0x26, struct kfd_ioctl_dbg_trap_args_1_14)

_Static_assert(sizeof(struct kfd_event_data_1_13) == sizeof(struct kfd_event_data), "the age shares the union");
_Static_assert(offsetof(struct kfd_event_data_1_13, event_id) == 40, "event_id");
_Static_assert(ENABLE_1_14 == 0xc0104b25, "RUNTIME_ENABLE");
_Static_assert(EXPORT_1_12 == 0xc0104b24, "EXPORT_DMABUF");
_Static_assert(TRAP_1_14 == 0xc0204b26, "DBG_TRAP");
_Static_assert(sizeof(struct kfd_queue_snapshot_entry_1_13) == 64, "queue snapshot");
_Static_assert(sizeof(struct kfd_dbg_device_info_entry_1_13) == 120, "device snapshot");
_Static_assert(sizeof(struct drm_amdgpu_info_device_3_53) == 440, "DEV_INFO");
_Static_assert(offsetof(struct drm_amdgpu_info_device_3_53, tcc_disabled_mask) == offsetof(struct drm_amdgpu_info_device, tcc_disabled_mask), "DEV_INFO");
_Static_assert(sizeof(struct drm_version_words) == 64, "VERSION");
_Static_assert(sizeof(struct kfd_runtime_info_1_13) == 16, "runtime");

#define ROW(name) { #name, AMDKFD_IOC_##name }
static const struct carmine_kfd_request requests[] = {
  ROW(GET_VERSION), ROW(CREATE_QUEUE), ROW(DESTROY_QUEUE), ROW(SET_MEMORY_POLICY), ROW(GET_CLOCK_COUNTERS),
  ROW(GET_PROCESS_APERTURES), ROW(UPDATE_QUEUE), ROW(CREATE_EVENT), ROW(DESTROY_EVENT), ROW(SET_EVENT), ROW(RESET_EVENT),
  ROW(WAIT_EVENTS), ROW(SET_SCRATCH_BACKING_VA), ROW(GET_TILE_CONFIG), ROW(SET_TRAP_HANDLER),
  ROW(GET_PROCESS_APERTURES_NEW), ROW(ACQUIRE_VM), ROW(ALLOC_MEMORY_OF_GPU), ROW(FREE_MEMORY_OF_GPU),
  ROW(MAP_MEMORY_TO_GPU), ROW(UNMAP_MEMORY_FROM_GPU), ROW(SET_CU_MASK), ROW(GET_QUEUE_WAVE_STATE), ROW(GET_DMABUF_INFO),
  ROW(IMPORT_DMABUF), ROW(ALLOC_QUEUE_GWS), ROW(SMI_EVENTS), ROW(SVM), ROW(SET_XNACK_MODE), ROW(CRIU_OP),
  ROW(AVAILABLE_MEMORY), { "EXPORT_DMABUF", EXPORT_1_12 }, { "RUNTIME_ENABLE", ENABLE_1_14 }, { "DBG_TRAP", TRAP_1_14 },
};

const struct carmine_kfd_request *carmine_kfd_requests(size_t *count) {
  *count = sizeof requests / sizeof requests[0];
  return requests;
}
