// The kernel's own structs (linux/kfd_ioctl.h, libdrm/amdgpu_drm.h), and those that Debian 12's header (KFD 1.11) is too
// old for, declared from the newer kernel ABI (KFD 1.17, Linux 6.12).  Layouts are asserted in layout.c.
#ifndef CARMINE_KFD_H
#define CARMINE_KFD_H
#include <linux/kfd_ioctl.h>
#include <libdrm/amdgpu_drm.h>
#include <stddef.h>

/// CREATE_QUEUE, nr 0x02, read-write (KFD 1.17: with an engine for queues of type 4, SDMA by engine).
struct kfd_ioctl_create_queue_args_1_17 {
  __u64 ring_base_address;
  __u64 write_pointer_address;
  __u64 read_pointer_address;
  __u64 doorbell_offset;  ///< out
  __u32 ring_size;
  __u32 gpu_id;
  __u32 queue_type;
  __u32 queue_percentage;
  __u32 queue_priority;
  __u32 queue_id;  ///< out
  __u64 eop_buffer_address;
  __u64 eop_buffer_size;
  __u64 ctx_save_restore_address;
  __u32 ctx_save_restore_size;
  __u32 ctl_stack_size;
  __u32 sdma_engine_id;
  __u32 pad;
};

/// RUNTIME_ENABLE, nr 0x25, read-write (KFD 1.14).
struct kfd_ioctl_runtime_enable_args_1_14 {
  __u64 r_debug;
  __u32 mode_mask;          ///< bit 0 enable, bit 1 TTMP save
  __u32 capabilities_mask;  ///< out
};

/// EXPORT_DMABUF, nr 0x24, read-write (KFD 1.12).
struct kfd_ioctl_export_dmabuf_args_1_12 {
  __u64 handle;
  __u32 flags;
  __u32 dmabuf_fd;  ///< out
};

/// DBG_TRAP, nr 0x26, read-write (KFD 1.14); the operation's own arguments share the last 16 bytes.
struct kfd_ioctl_dbg_trap_args_1_14 {
  __u32 pid;
  __u32 op;
  __u64 operation[3];
};

/// An entry of WAIT_EVENTS; since KFD 1.13 the union also holds a signal event's age.
struct kfd_event_data_1_13 {
  union {
    struct kfd_hsa_memory_exception_data memory_exception_data;
    struct kfd_hsa_hw_exception_data hw_exception_data;
    struct { __u64 last_event_age; } signal_event_data;  ///< in: the age last seen, 0 to ignore ages; out: the age now
  };
  __u64 kfd_event_data_ext;
  __u32 event_id;
  __u32 pad;
};

/// Memory flags since KFD 1.12 and 1.16.
#define CARMINE_KFD_ALLOC_MEM_FLAGS_EXT_COHERENT (1u << 24)
#define CARMINE_KFD_ALLOC_MEM_FLAGS_CONTIGUOUS (1u << 23)

/// What a debugger reads of a queue (DBG_TRAP_GET_QUEUE_SNAPSHOT, KFD 1.13).
struct kfd_queue_snapshot_entry_1_13 {
  __u64 exception_status;
  __u64 ring_base_address;
  __u64 write_pointer_address;
  __u64 read_pointer_address;
  __u64 ctx_save_restore_address;
  __u32 queue_id;
  __u32 gpu_id;
  __u32 ring_size;
  __u32 queue_type;
  __u32 ctx_save_restore_area_size;
  __u32 reserved;
};

/// What a debugger reads of a device (DBG_TRAP_GET_DEVICE_SNAPSHOT, KFD 1.13).
struct kfd_dbg_device_info_entry_1_13 {
  __u64 exception_status;
  __u64 lds_base, lds_limit;
  __u64 scratch_base, scratch_limit;
  __u64 gpuvm_base, gpuvm_limit;
  __u32 gpu_id;
  __u32 location_id;
  __u32 vendor_id;
  __u32 device_id;
  __u32 revision_id;
  __u32 subsystem_vendor_id;
  __u32 subsystem_device_id;
  __u32 fw_version;
  __u32 gfx_target_version;
  __u32 simd_count;
  __u32 max_waves_per_simd;
  __u32 array_count;
  __u32 simd_arrays_per_engine;
  __u32 num_xcc;
  __u32 capability;
  __u32 debug_prop;
};

/// AMDGPU_INFO_DEV_INFO as of DRM 3.53; older clients take the beginning.
struct drm_amdgpu_info_device_3_53 {
  __u32 device_id, chip_rev, external_rev, pci_rev, family;
  __u32 num_shader_engines, num_shader_arrays_per_engine;
  __u32 gpu_counter_freq;  ///< kHz, as are the clocks
  __u64 max_engine_clock, max_memory_clock;
  __u32 cu_active_number, cu_ao_mask;
  __u32 cu_bitmap[4][4];
  __u32 enabled_rb_pipes_mask, num_rb_pipes, num_hw_gfx_contexts, pcie_gen;
  __u64 ids_flags;
  __u64 virtual_address_offset, virtual_address_max;
  __u32 virtual_address_alignment, pte_fragment_size, gart_page_size, ce_ram_size;
  __u32 vram_type, vram_bit_width, vce_harvest_config, gc_double_offchip_lds_buf;
  __u64 prim_buf_gpu_addr, pos_buf_gpu_addr, cntl_sb_buf_gpu_addr, param_buf_gpu_addr;
  __u32 prim_buf_size, pos_buf_size, cntl_sb_buf_size, param_buf_size;
  __u32 wave_front_size, num_shader_visible_vgprs, num_cu_per_sh, num_tcc_blocks;
  __u32 gs_vgt_table_depth, gs_prim_buffer_depth, max_gs_waves_per_vgt, pcie_num_lanes;
  __u32 cu_ao_bitmap[4][4];
  __u64 high_va_offset, high_va_max;
  __u32 pa_sc_tile_steering_override;
  __u64 tcc_disabled_mask;
  __u64 min_engine_clock, min_memory_clock;
  __u32 tcp_cache_size, num_sqc_per_wgp, sqc_data_cache_size, sqc_inst_cache_size, gl1c_cache_size, gl2c_cache_size;
  __u64 mall_size;
  __u32 enabled_rb_pipes_mask_hi;
  __u32 shadow_size, shadow_alignment, csa_size, csa_alignment;
};

/// The struct of DRM_IOCTL_VERSION, whose lengths and strings are the caller's.
struct drm_version_words {
  __s32 major, minor, patch, pad;
  __u64 name_length, name;
  __u64 date_length, date;
  __u64 description_length, description;
};

/// What RUNTIME_ENABLE told (DBG_TRAP_ENABLE and exception EC_PROCESS_RUNTIME give it to the debugger, KFD 1.13).
struct kfd_runtime_info_1_13 {
  __u64 r_debug;
  __u32 runtime_state;      ///< 0 disabled, 1 enabled, 2 busy, 3 error
  __u32 ttmp_setup;
};

/// What an mmap offset on /dev/kfd stands for (drivers/gpu/drm/amd/amdkfd/kfd_priv.h): type in bits 62-63, gpu_id in 46-61.
#define CARMINE_KFD_MMAP_MMIO 0u
#define CARMINE_KFD_MMAP_RESERVED_MEMORY 1u
#define CARMINE_KFD_MMAP_EVENTS 2u
#define CARMINE_KFD_MMAP_DOORBELL 3u

/// ioctl(2), which is variadic and so out of Swift's reach with a null argument; errno is the caller's to read.
int carmine_ioctl(int descriptor, unsigned long request, void *argument);

/// The path of the library or program that contains this code, as the dynamic linker knows it; NULL if it does not.
const char *carmine_containing_file(void);

/// A request code as the header's macro computes it.
struct carmine_kfd_request { const char *name; unsigned long code; };
/// All request codes of the installed header, and those of the newer ABI above.
const struct carmine_kfd_request *carmine_kfd_requests(size_t *count);
#endif
