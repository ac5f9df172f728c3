// What the generated assembler of a front and front.c share.
#ifndef CARMINE_FRONT_H
#define CARMINE_FRONT_H
/// One code pointer for each function of the core that this front uses; at first each points to its own first-call entry.
extern void *carmine_front_slots[] __attribute__((visibility("hidden")));
/// The same functions' names, in the same order.
extern const char *const carmine_front_symbols[] __attribute__((visibility("hidden")));
/// Finds slot `index`'s function in the core, fills the slot and returns the function.
void *carmine_front_resolve(unsigned long index) __attribute__((visibility("hidden")));
#endif
