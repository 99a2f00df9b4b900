/* stack.c - stacks for fibers, in slabs, with something at the low end that stops an overflow.
 *
 * Idea: a slab is one mapping that is cut into strides, guard below and stack above; only pages
 * that are touched cost memory. Stacks are cut as they are wanted and never go back to the system
 * while the runtime runs; those given back are taken again first, the warmest first, linked through
 * their top words, which no frame uses (see context.c).
 *
 * Guards: markers in the page tables cost no mapping, but need Linux 6.13. mprotect makes two
 * mappings of each guard and the kernel allows a process 65530, so it has a budget; past it only
 * the lowest stack of each slab has a guard, and the others a canary in the page where the guard
 * would be: 64 bytes that stay zero, since a page that is only read costs no memory.
 *
 * Invariant: a stack is cut once; it is either with a taker or in the free list.
 * Threads: any. Locks: the lock of the stacks, a leaf; the tools of sanitize.h are called under it.
 * Owns: the slabs.
 */
#include "plat/plat.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <otp/runtime.h>

#include "base/alloc.h"
#include "plat/file.h"
#include "plat/sanitize.h"

enum {
    DEFAULT_SIZE = 256 * 1024,
    LEAST_SIZE = 16 * 1024,
    FIRST_SLAB = 16,      /* stacks; each further slab has twice as many */
    LARGEST_SLAB = 1024,  /* stacks */
    LARGEST_CHARGED = 64, /* the same where the system counts memory that is only reserved */
    GUARD_BUDGET = 20000, /* guards made by mprotect */
    ADVICE_GUARD = 102,   /* MADV_GUARD_INSTALL, newer than many a libc */
    ADVICE_FILL = 22,     /* MADV_POPULATE_READ, too */
    CANARY_WORDS = 8
};

/* A frame may touch nothing within this distance of the one above it: what compilers probe by. */
#if defined(__aarch64__)
enum { GUARD_SIZE = 64 * 1024 };
#else
enum { GUARD_SIZE = 4 * 1024 };
#endif

struct slab {
    struct slab *next;
    char *base;
    uint32_t capacity; /* strides */
    uint32_t cut;      /* of them */
    bool is_guarded;   /* each stack has a page guard */
};

/* In the top 16 bytes of a stack that is in the free list. */
struct link {
    char *next; /* low end of the next one */
    uintptr_t canary;
};

struct otpi_stacks {
    struct otpi_lock lock;
    uint32_t guard;    /* enum otp_guard, constant */
    size_t size;       /* usable bytes of each stack, constant */
    size_t guard_size; /* bytes below each, constant */
    size_t page;       /* constant */
    uint32_t largest;  /* stacks in a slab at most, constant */
    /* the rest is guarded by lock */
    uint32_t guards_left; /* of the budget */
    struct slab *slabs;   /* the newest first: only that one has strides left */
    char *free_low;       /* low end of the stack given back last; NULL: none */
    bool free_canary;     /* what that one's canary field was */
};

static size_t stride_of(const struct otpi_stacks *stacks)
{
    return stacks->guard_size + stacks->size;
}

static size_t round_up(size_t size, size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

/* -- which guard -- */

/* Emulators accept any advice and do nothing, so that it was accepted says little: a marker that
 * works makes the kernel refuse to fill the page. */
static bool has_markers(size_t page)
{
    char *probe = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED)
        return false;
    bool works = madvise(probe, page, ADVICE_GUARD) == 0 &&
                 madvise(probe, page, ADVICE_FILL) != 0 && errno == EFAULT;
    (void)munmap(probe, page);
    return works;
}

/* What OTP_GUARD says, else what the configuration says. */
static uint32_t wanted_guard(uint32_t configured)
{
    static const char complaint[] = "libotp: OTP_GUARD is neither markers nor mprotect\n";
    const char *said = otpi_plat_environment("OTP_GUARD");
    if (said == NULL || *said == '\0')
        return configured;
    if (strcmp(said, "markers") == 0)
        return OTP_GUARD_MARKERS;
    if (strcmp(said, "mprotect") == 0)
        return OTP_GUARD_MPROTECT;
    otpi_plat_print_error(complaint, sizeof complaint - 1);
    return configured;
}

/* A third of the mappings that a process may have, two to a guard, leaves a third for the
 * program. */
static uint32_t guard_budget(void)
{
    long long most = otpi_file_number("/proc/sys/vm/max_map_count", 65530) / 3;
    most = most > 0 ? most : 0;
    return otpi_sanitize_mappings(most < GUARD_BUDGET ? (uint32_t)most : GUARD_BUDGET);
}

/* -- making and freeing -- */

struct otpi_stacks *otpi_stacks_new(size_t stack_size, uint32_t guard)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = stack_size == 0 ? DEFAULT_SIZE : stack_size;
    size = size < LEAST_SIZE ? LEAST_SIZE : size;
    if (size > SIZE_MAX / 2 / LARGEST_SLAB / OTPI_SANITIZE_STACK_FACTOR)
        return NULL;
    struct otpi_stacks *stacks = otpi_alloc_zero(sizeof *stacks);
    if (stacks == NULL)
        return NULL;
    bool markers = wanted_guard(guard) != OTP_GUARD_MPROTECT && has_markers(page);
    bool is_charged = otpi_file_number("/proc/sys/vm/overcommit_memory", 0) == 2;
    stacks->guard = markers ? OTP_GUARD_MARKERS : OTP_GUARD_MPROTECT;
    stacks->size = round_up(size * OTPI_SANITIZE_STACK_FACTOR, page);
    stacks->guard_size = round_up(GUARD_SIZE, page);
    stacks->page = page;
    stacks->largest = is_charged ? LARGEST_CHARGED : LARGEST_SLAB;
    stacks->guards_left = guard_budget();
    return stacks;
}

/* LeakSanitizer reads a root region from end to end. It leaves out what mprotect guards but knows
 * nothing of markers, so with those each stack is a region of its own. */
static void root_slab(const struct otpi_stacks *stacks, const struct slab *slab)
{
    if (stacks->guard != OTP_GUARD_MARKERS)
        otpi_sanitize_root(slab->base, slab->capacity * stride_of(stacks));
}

static void unroot_slab(const struct otpi_stacks *stacks, const struct slab *slab)
{
    if (stacks->guard != OTP_GUARD_MARKERS) {
        otpi_sanitize_unroot(slab->base, slab->capacity * stride_of(stacks));
        return;
    }
    for (uint32_t i = 0; i < slab->cut; i++)
        otpi_sanitize_unroot(slab->base + i * stride_of(stacks) + stacks->guard_size, stacks->size);
}

static void free_slab(const struct otpi_stacks *stacks, struct slab *slab)
{
    size_t bytes = slab->capacity * stride_of(stacks);
    unroot_slab(stacks, slab);
    if (munmap(slab->base, bytes) != 0)
        otpi_plat_die("a slab of stacks could not be unmapped");
    otpi_release(slab, sizeof *slab);
}

void otpi_stacks_free(struct otpi_stacks *stacks)
{
    while (stacks->slabs != NULL) {
        struct slab *slab = stacks->slabs;
        stacks->slabs = slab->next;
        free_slab(stacks, slab);
    }
    otpi_release(stacks, sizeof *stacks);
}

/* -- slabs -- */

/* Maps capacity strides, or half as many until there is room. NULL: not even one. */
static char *map_strides(const struct otpi_stacks *stacks, uint32_t *capacity)
{
    for (; *capacity > 0; *capacity /= 2) {
        char *base = MAP_FAILED;
        if (!otpi_plat_is_refused(OTPI_NEED_PAGES))
            base = mmap(NULL, *capacity * stride_of(stacks), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
        if (base != MAP_FAILED)
            return base;
    }
    return NULL;
}

/* Puts a new slab in front. Called with the lock. */
static otp_status add_slab(struct otpi_stacks *stacks)
{
    uint32_t capacity = stacks->slabs == NULL ? FIRST_SLAB : stacks->slabs->capacity * 2;
    capacity = capacity < stacks->largest ? capacity : stacks->largest;
    struct slab *slab = otpi_alloc_zero(sizeof *slab);
    if (slab == NULL)
        return OTP_NOMEM;
    slab->base = map_strides(stacks, &capacity);
    if (slab->base == NULL) {
        otpi_release(slab, sizeof *slab);
        return OTP_NOMEM;
    }
    slab->capacity = capacity;
    slab->is_guarded = stacks->guard == OTP_GUARD_MARKERS || stacks->guards_left >= capacity;
    /* A huge page would give one stack the memory of many. Without huge pages it is an error. */
    (void)madvise(slab->base, capacity * stride_of(stacks), MADV_NOHUGEPAGE);
    root_slab(stacks, slab);
    slab->next = stacks->slabs;
    stacks->slabs = slab;
    return OTP_OK;
}

static bool install_guard(struct otpi_stacks *stacks, char *place)
{
    if (otpi_plat_is_refused(OTPI_NEED_GUARD))
        return false;
    if (stacks->guard == OTP_GUARD_MARKERS)
        return madvise(place, stacks->guard_size, ADVICE_GUARD) == 0;
    if (stacks->guards_left > 0 && mprotect(place, stacks->guard_size, PROT_NONE) == 0) {
        stacks->guards_left--;
        return true;
    }
    stacks->guards_left = 0; /* the program has used up the mappings: leave it the rest */
    return false;
}

/* Cuts the next stack of a slab that has one. Called with the lock. A guard that cannot be had is
 * no reason to refuse: there is the canary. */
static struct otpi_stack cut_stack(struct otpi_stacks *stacks, struct slab *slab)
{
    char *place = slab->base + slab->cut * stride_of(stacks);
    bool is_lowest = slab->cut == 0;
    slab->cut++;
    bool has_guard = (slab->is_guarded || is_lowest) && install_guard(stacks, place);
    struct otpi_stack stack = { place + stacks->guard_size, stacks->size, !has_guard };
    if (stacks->guard == OTP_GUARD_MARKERS)
        otpi_sanitize_root(stack.low, stack.size);
    return stack;
}

/* -- taking and giving -- */

static char *link_place(const struct otpi_stacks *stacks, char *low)
{
    return low + stacks->size - sizeof(struct link);
}

static struct otpi_stack pop_free(struct otpi_stacks *stacks)
{
    struct otpi_stack stack = { stacks->free_low, stacks->size, stacks->free_canary };
    struct link link;
    memcpy(&link, link_place(stacks, stack.low), sizeof link);
    stacks->free_low = link.next;
    stacks->free_canary = link.canary != 0;
    return stack;
}

otp_status otpi_stacks_take(struct otpi_stacks *stacks, struct otpi_stack *stack)
{
    otp_status status = OTP_OK;
    otpi_lock_take(&stacks->lock);
    if (stacks->free_low != NULL) {
        *stack = pop_free(stacks);
    } else {
        struct slab *slab = stacks->slabs;
        if (slab == NULL || slab->cut == slab->capacity)
            status = add_slab(stacks);
        if (status == OTP_OK)
            *stack = cut_stack(stacks, stacks->slabs);
    }
    otpi_lock_release(&stacks->lock);
    return status;
}

static uint64_t *canary_of(struct otpi_stack stack)
{
    return (uint64_t *)(void *)stack.low - CANARY_WORDS;
}

bool otpi_stack_is_whole(const struct otpi_stacks *stacks, struct otpi_stack stack)
{
    (void)stacks;
    if (!stack.canary)
        return true;
    const uint64_t *canary = canary_of(stack);
    uint64_t bits = 0;
    for (int i = 0; i < CANARY_WORDS; i++)
        bits |= canary[i];
    return bits == 0;
}

void otpi_stacks_give(struct otpi_stacks *stacks, struct otpi_stack stack)
{
    if (!otpi_stack_is_whole(stacks, stack))
        memset(canary_of(stack), 0, CANARY_WORDS * sizeof(uint64_t)); /* for the next taker */
    otpi_lock_take(&stacks->lock);
    struct link link = { stacks->free_low, stacks->free_canary };
    memcpy(link_place(stacks, stack.low), &link, sizeof link);
    stacks->free_low = stack.low;
    stacks->free_canary = stack.canary;
    otpi_lock_release(&stacks->lock);
}

void otpi_stacks_trim(struct otpi_stacks *stacks, struct otpi_stack stack)
{
    /* A refusal leaves the pages where they are: the stack is as good as before. */
    (void)madvise(stack.low, stack.size - stacks->page, MADV_DONTNEED);
}

/* Two pages are left for what this function itself calls. */
void otpi_stack_cool(const struct otpi_stacks *stacks, struct otpi_stack stack)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), low = (uintptr_t)stack.low;
    if (here < low || here - low > stack.size)
        return; /* on another stack, as sanitizers may have it */
    size_t below = (here - low) / stacks->page * stacks->page;
    if (below > 2 * stacks->page)
        (void)madvise(stack.low, below - 2 * stacks->page, MADV_DONTNEED);
}

uint32_t otpi_stacks_guard(const struct otpi_stacks *stacks)
{
    return stacks->guard;
}
