/* slabs.c - blocks that come in great number and go together.
 *
 * Idea: see otp/slabs.h. Sizes are rounded up to one of a few classes. Of each class a list has the
 * slabs that have room; the others are in one list. Blocks are taken from the first slab, and a
 * slab that gets room again becomes the first one, so that those that few are left in become
 * empty. An empty slab goes, but for one of a class that has no other room, or of large blocks.
 * What is large is a region, which takes memory where it was touched: a slab gives its blocks in
 * their order until all have been given once.
 * Threads: any. Locks: slabs, a leaf. Owns: slabs, until they are dropped and their last block is
 * freed.
 */
#include <otp/slabs.h>

#include "base/alloc.h"
#include "base/region.h"
#include "core/self.h"

#define ALIGN      ((size_t)16)
#define FINE_MAX   ((size_t)256)      /* up to it, a class for each 16 bytes, .. */
#define FINE       (FINE_MAX / ALIGN) /* .. then eight from each power of two to the next */
#define SLAB_MIN   ((size_t)256)
#define SLAB_MAX   ((size_t)256 * 1024) /* or so many blocks, if they are that large: */
#define BLOCKS     8
#define REGION_MIN ((size_t)8 * 1024)
#define PAGE       ((size_t)4096)
#define PLACE_AT   32 /* the bit of size_ */

struct slab {
    struct otp_later later; /* what it goes as, if it is a region */
    size_t size, left;      /* in all; what is left of it, while it goes in parts */
    struct otp_slabs *slabs;
    struct slab *next, **link; /* lock: slabs, as all that follows */
    struct otp_retired *freed; /* blocks that were given back */
    uint32_t n, n_given, room; /* blocks that are out, that were ever given, that it has */
    uint16_t class;
    bool is_region;
    _Alignas(16) char blocks[];
};

struct otp_slabs {
    struct otp_later later; /* what it goes as, if the last block was retired */
    struct otpi_lock lock;
    bool is_dropped;    /* lock */
    uint32_t n_classes; /* const */
    uint64_t n;         /* lock: blocks that are out */
    struct slab *full;  /* lock */
    struct class
    {
        size_t size;            /* lock: of all slabs of it */
        struct slab *with_room; /* lock */
        uint32_t n_empty;       /* lock: slabs of which no block is out */
    } classes[];
};

/* -- classes -- */

static uint32_t class_of(size_t size)
{
    uint32_t bits;

    if (size <= FINE_MAX)
        return size <= ALIGN ? 0 : (uint32_t)((size - 1) / ALIGN);
    bits = 63 - (uint32_t)__builtin_clzll(size - 1); /* 8: from 257 to 512 */
    return (uint32_t)(FINE + (bits - 8) * 8 + ((size - 1) >> (bits - 3) & 7));
}

static size_t size_of(uint32_t class)
{
    uint32_t coarse = class - (uint32_t)FINE;

    if (class < FINE)
        return (class + 1) * ALIGN;
    return (size_t)(9 + coarse % 8) << (5 + coarse / 8);
}

size_t otp_slabs_size(size_t size)
{
    return size_of(class_of(size));
}

/* -- slabs: all under the lock -- */

static void put_first(struct slab *slab, struct slab **list)
{
    slab->next = *list;
    slab->link = list;
    if (slab->next != NULL)
        slab->next->link = &slab->next;
    *list = slab;
}

static void take_out(struct slab *slab)
{
    *slab->link = slab->next;
    if (slab->next != NULL)
        slab->next->link = slab->link;
}

/* The memory of one that has room for a quarter of what there is of its class. */
static struct slab *make_slab(size_t there_is, size_t block)
{
    size_t size = there_is / 4;
    bool is_region;
    struct slab *slab;

    if (size > SLAB_MAX && size > BLOCKS * block)
        size = BLOCKS * block > SLAB_MAX ? BLOCKS * block : SLAB_MAX;
    if (size < SLAB_MIN || size < sizeof *slab + 2 * block)
        size = sizeof *slab + (2 * block > SLAB_MIN ? 2 * block : SLAB_MIN);
    is_region = size >= REGION_MIN && otpi_region_is_there();
    if (is_region)
        size = (size + PAGE - 1) & ~(PAGE - 1);
    slab = is_region ? otpi_region_new(size) : otpi_alloc(size);
    if (slab == NULL)
        return NULL;
    slab->size = size;
    slab->left = size;
    slab->is_region = is_region;
    slab->room = (uint32_t)((size - sizeof *slab) / block);
    return slab;
}

static bool add_slab(struct otp_slabs *slabs, uint32_t class)
{
    struct slab *slab = make_slab(slabs->classes[class].size, size_of(class));

    if (slab == NULL)
        return false;
    slab->slabs = slabs;
    slab->class = (uint16_t) class;
    slab->freed = NULL;
    slab->n = 0;
    slab->n_given = 0;
    slabs->classes[class].size += slab->size;
    slabs->classes[class].n_empty++;
    put_first(slab, &slabs->classes[class].with_room);
    return true;
}

static struct otp_retired *take_block(struct slab *slab)
{
    struct otp_retired *block = slab->freed;

    if (block != NULL)
        slab->freed = block->next_;
    else
        block =
            (struct otp_retired *)(void *)(slab->blocks + slab->n_given++ * size_of(slab->class));
    if (slab->n++ == 0)
        slab->slabs->classes[slab->class].n_empty--;
    slab->slabs->n++;
    if (slab->n == slab->room) {
        take_out(slab);
        put_first(slab, &slab->slabs->full);
    }
    return block;
}

/* Those of all classes, of which none has a block that is out: one each at most. */
static struct slab *take_all(struct otp_slabs *slabs)
{
    struct slab *all = NULL, *slab;

    for (uint32_t i = 0; i < slabs->n_classes; i++)
        while ((slab = slabs->classes[i].with_room) != NULL) {
            take_out(slab);
            put_first(slab, &all);
            slabs->classes[i].size = 0;
            slabs->classes[i].n_empty = 0;
        }
    return all;
}

/* One of a class that has no other room stays, and one of pages, as it takes long to touch others:
 * there may be many that become empty and are wanted again at once. */
static bool stays(const struct slab *slab)
{
    const struct class *class = &slab->slabs->classes[slab->class];

    return (class->with_room == slab && slab->next == NULL) ||
           (size_of(slab->class) >= PAGE && class->n_empty == 1);
}

/* Gives a list of the slabs that are to go. */
static struct slab *give_block(struct slab *slab, struct otp_retired *block)
{
    struct otp_slabs *slabs = slab->slabs;
    struct class *class = &slabs->classes[slab->class];

    block->next_ = slab->freed;
    slab->freed = block;
    slabs->n--;
    if (slab->n-- == slab->room) {
        take_out(slab);
        put_first(slab, &class->with_room);
    }
    class->n_empty += slab->n == 0;
    if (slabs->is_dropped || slab->n != 0)
        return NULL;
    if (slabs->n == 0)
        return take_all(slabs);
    if (stays(slab))
        return NULL;
    take_out(slab);
    slab->next = NULL;
    class->size -= slab->size;
    class->n_empty--;
    return slab;
}

/* -- freeing memory -- */

static size_t slabs_size(uint32_t n_classes)
{
    return sizeof(struct otp_slabs) + n_classes * sizeof(struct class);
}

/* A part. False: that was all. */
static bool free_some(struct slab *slab)
{
    size_t left = 0;

    if (slab->is_region)
        left = otpi_region_cut(slab, slab->size, slab->left);
    else
        otpi_release(slab, slab->size);
    if (left == 0)
        return false;
    slab->left = left;
    return true;
}

static bool free_slab_later(struct otp_later *later)
{
    return free_some((struct slab *)(void *)later);
}

static void free_soon(struct slab *slab)
{
    if (slab->is_region) {
        slab->later.run = free_slab_later;
        otp_do_later(&slab->later);
    } else {
        otpi_release(slab, slab->size);
    }
}

/* Nobody has any of them, or sees slabs. False: that was all. */
static bool free_next(struct otp_slabs *slabs)
{
    struct slab **list = &slabs->full, *slab;

    for (uint32_t i = 0; *list == NULL && i < slabs->n_classes; i++)
        list = &slabs->classes[i].with_room;
    slab = *list;
    if (slab == NULL) {
        otpi_release(slabs, slabs_size(slabs->n_classes));
        return false;
    }
    *list = slab->next;
    if (free_some(slab))
        *list = slab; /* what is left of it, whose next is as it was */
    return true;
}

static bool free_slabs_later(struct otp_later *later)
{
    return free_next((struct otp_slabs *)(void *)later);
}

/* -- for their users -- */

struct otp_slabs *otp_slabs_new(size_t largest)
{
    uint32_t n_classes = class_of(largest) + 1;
    struct otp_slabs *slabs = otpi_alloc_zero(slabs_size(n_classes));

    if (slabs != NULL)
        slabs->n_classes = n_classes;
    return slabs;
}

void *otp_slabs_block(struct otp_slabs *slabs, size_t size, uint32_t note)
{
    uint32_t class = class_of(size);
    struct otp_retired *block = NULL;
    struct slab *slab;

    otpi_lock_take(&slabs->lock);
    if (slabs->classes[class].with_room != NULL || add_slab(slabs, class)) {
        slab = slabs->classes[class].with_room;
        block = take_block(slab);
        block->next_ = NULL;
        block->size_ =
            OTP_SLABS_MARK_ | note | ((uintptr_t)block - (uintptr_t)slab) / ALIGN << PLACE_AT;
    }
    otpi_lock_release(&slabs->lock);
    return block;
}

static struct slab *slab_of(const struct otp_retired *block)
{
    size_t place = (block->size_ & ~OTP_SLABS_MARK_) >> PLACE_AT;

    return (struct slab *)((uintptr_t)block - place * ALIGN);
}

void otp_slabs_free(void *block)
{
    struct slab *slab = slab_of(block), *empty;
    struct otp_slabs *slabs = slab->slabs;
    bool is_last;

    otpi_lock_take(&slabs->lock);
    empty = give_block(slab, block);
    is_last = slabs->is_dropped && slabs->n == 0;
    otpi_lock_release(&slabs->lock);
    if (is_last) {
        slabs->later.run = free_slabs_later;
        otp_do_later(&slabs->later);
    }
    while (empty != NULL) {
        slab = empty;
        empty = slab->next;
        free_soon(slab);
    }
}

bool otp_slabs_drop(struct otp_slabs *slabs, uint64_t n)
{
    uint64_t left;

    otpi_lock_take(&slabs->lock);
    if (!slabs->is_dropped)
        slabs->n -= n;
    slabs->is_dropped = true;
    left = slabs->n;
    otpi_lock_release(&slabs->lock);
    return left == 0 && free_next(slabs);
}
