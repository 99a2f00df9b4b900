/* cells.c - where tables are.
 *
 * Idea: see cells.h. Cells come in blocks, each twice as large as the one before. The number of a
 * life is given out once in a program, so that a reference of an earlier run is of no table.
 * Threads: any. Locks: table, then nothing; cells, a leaf. Owns: the blocks, the stores.
 */
#include "store/cells.h"

#include "base/alloc.h"
#include "base/mutant.h"

#define FIRST_BLOCK 64 /* cells */
#define BLOCKS      18
#define INDEX_BITS  24 /* of a reference; the others are the number of its life */

_Static_assert((uint64_t)FIRST_BLOCK << BLOCKS <= (uint64_t)1 << INDEX_BITS, "each has an index");

static struct {
    struct otp_lock lock;
    _Atomic(struct otp_table *) blocks[BLOCKS]; /* atomic: written under lock */
    uint32_t n_blocks;                          /* lock */
    struct otp_table *idle;                     /* lock */
    uint64_t lives;                             /* lock: so far */
} cells;

/* -- blocks -- */

static uint64_t cells_in(uint32_t block)
{
    return (uint64_t)FIRST_BLOCK << block;
}

/* How many are in the blocks before it. */
static uint64_t cells_before(uint32_t block)
{
    return cells_in(block) - FIRST_BLOCK;
}

/* lock: cells. False: no memory. */
static bool make_block(void)
{
    uint32_t n = cells.n_blocks;
    struct otp_table *block = n == BLOCKS ? NULL : otpi_alloc_line(cells_in(n) * sizeof *block);

    if (block == NULL)
        return false;
    for (uint64_t i = cells_in(n); i-- > 0;) {
        block[i].index = (uint32_t)(cells_before(n) + i);
        block[i].next = cells.idle;
        cells.idle = &block[i];
    }
    /* release: pairs with the acquire in find; the indices are written */
    atomic_store_explicit(&cells.blocks[n], block, memory_order_release);
    cells.n_blocks++;
    return true;
}

/* *life gets a number that no other has. */
static struct otp_table *take_idle(uint64_t *life)
{
    struct otp_table *table = NULL;

    otp_lock_take(&cells.lock);
    if (cells.idle != NULL || make_block()) {
        table = cells.idle;
        cells.idle = table->next;
        *life = ++cells.lives;
    }
    otp_lock_release(&cells.lock);
    return table;
}

static void put_idle(struct otp_table *table)
{
    otp_lock_take(&cells.lock);
    table->next = cells.idle;
    cells.idle = table;
    otp_lock_release(&cells.lock);
}

struct otp_table *otpi_cells_find(otp_table_ref ref)
{
    uint64_t index = ref.id_ & (((uint64_t)1 << INDEX_BITS) - 1);
    uint32_t block = (uint32_t)(63 - __builtin_clzll(index / FIRST_BLOCK + 1));
    struct otp_table *first;

    if (ref.id_ == 0 || block >= BLOCKS)
        return NULL;
    first = atomic_load_explicit(&cells.blocks[block], memory_order_acquire);
    return first == NULL ? NULL : first + (index - cells_before(block));
}

void otpi_cells_free(void)
{
    for (uint32_t i = 0; i < cells.n_blocks; i++) {
        struct otp_table *block = atomic_load_explicit(&cells.blocks[i], memory_order_relaxed);
        atomic_store_explicit(&cells.blocks[i], NULL, memory_order_relaxed);
        otpi_release_line(block, cells_in(i) * sizeof *block);
    }
    cells.n_blocks = 0;
    cells.idle = NULL;
}

/* -- lives -- */

/* Nobody finds its table any more. */
static void empty(struct otp_table *table)
{
    struct otpi_store *store;

    atomic_store_explicit(&table->owner, 0, memory_order_relaxed);
    atomic_store_explicit(&table->heir, NULL, memory_order_relaxed);
    otp_lock_take(&table->lock);
    /* release: pairs with the acquire of who looks after the store */
    atomic_store_explicit(&table->id, 0, memory_order_release);
    store = atomic_load_explicit(&table->store, memory_order_relaxed);
    atomic_store_explicit(&table->store, NULL, memory_order_release);
    otp_lock_release(&table->lock);
    put_idle(table);
    if (store != NULL)
        otpi_store_drop(store);
}

/* -- heirs -- */

/* Word for an heir. */
struct word {
    struct otp_later later;
    const struct otp_heir *heir;
    otp_table_ref ref;
    otp_pid from;
};

static bool tell(struct otp_later *later)
{
    struct word *word = (struct word *)(void *)later;

    word->heir->tell(word->heir->dest, word->ref, word->from);
    otpi_release(word, sizeof *word);
    return false;
}

/* Its owner `from` has ended. False: there is no heir, or no memory to tell him. */
static bool pass_on(struct otp_table *table, otp_pid from)
{
    const struct otp_heir *heir = atomic_load_explicit(&table->heir, memory_order_relaxed);
    otp_pid to = heir == NULL ? otp_no_pid() : otp_dest_pid(heir->dest);
    struct word *word = to.bits == 0 || to.bits == from.bits ? NULL : otpi_alloc_zero(sizeof *word);

    if (word == NULL)
        return false;
    word->later.run = tell;
    word->heir = heir;
    word->ref.id_ = atomic_load_explicit(&table->id, memory_order_relaxed);
    word->from = from;
    atomic_store_explicit(&table->owner, to.bits, memory_order_release);
    if (otp_tie_to(to, &table->tie) == OTP_OK) {
        otp_do_later(&word->later);
        return true;
    }
    otpi_release(word, sizeof *word);
    return false;
}

/* otp_tie: the owner has ended. Rows go with its memory. */
static void ended(struct otp_tie *tie, otp_pid pid, const otp_reason *reason)
{
    struct otp_table *table =
        (struct otp_table *)(void *)((char *)tie - offsetof(struct otp_table, tie));

    (void)reason;
    if (pass_on(table, pid))
        return;
    if (OTP_MUTANT(B187) && atomic_load(&table->store) != NULL)
        return;
    empty(table);
}

/* Ties it to the calling process. False: that is to end, or there is no memory. */
static bool own(struct otp_table *table)
{
    otp_pid self = otp_self();

    table->tie.ended = ended;
    atomic_store_explicit(&table->owner, self.bits, memory_order_release);
    return otp_tie_to(self, &table->tie) == OTP_OK;
}

struct otp_table *otpi_cells_take(struct otpi_rows *rows)
{
    uint64_t life;
    struct otp_table *table = take_idle(&life);

    if (table == NULL)
        return NULL;
    /* release: pairs with the acquire in table.c; who finds them finds the last owner gone */
    atomic_store_explicit(&table->rows, rows, memory_order_release);
    if (own(table))
        return table;
    empty(table);
    return NULL;
}

struct otp_table *otpi_cells_share(struct otpi_store *store, enum otp_access access)
{
    uint64_t life;
    struct otp_table *table = take_idle(&life);

    if (table == NULL)
        return NULL;
    atomic_store_explicit(&table->rows, NULL, memory_order_release);
    /* release, as of the owner: who finds it finds that the id of the last life is gone */
    atomic_store_explicit(&table->access, (uint32_t)access, memory_order_release);
    if (!own(table)) {
        empty(table);
        return NULL;
    }
    otp_lock_take(&table->lock);
    /* killed meanwhile, it has been emptied, and may be another's */
    if (atomic_load_explicit(&table->owner, memory_order_relaxed) == otp_self().bits) {
        /* release: pairs with the acquire in table_ref.c; it is complete, the last id is gone */
        atomic_store_explicit(&table->store, store, memory_order_release);
        atomic_store_explicit(&table->id, life << INDEX_BITS | table->index, memory_order_release);
    } else {
        store = NULL;
    }
    otp_lock_release(&table->lock);
    return store == NULL ? NULL : table;
}

void otpi_cells_give_back(struct otp_table *table)
{
    if (otp_untie(otp_self(), &table->tie)) /* else the tie gives it back */
        empty(table);
}
