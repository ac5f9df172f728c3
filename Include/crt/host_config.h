/* Which host compilers will do: GCC and Clang on 64-bit Linux. */
#ifndef __HOST_CONFIG_H__
#define __HOST_CONFIG_H__

#if !defined(__GNUC__) || !defined(__LP64__) || !defined(__linux__)
#error "Carmine's headers are for GCC and Clang on 64-bit Linux"
#endif

#endif
