/* cells.c - where tables are.
 *
 * Idea: see cells.h. Cells come in blocks, each twice as large as all before.
 * Threads: any. Locks: cells, a leaf. Owns: the blocks.
 */
#include "behav/cells.h"

#include "base/alloc.h"
#include "base/mutant.h"

#define FIRST_BLOCK 64 /* cells */
#define BLOCKS      20

static struct {
    struct otp_lock lock;
    struct otp_table *blocks[BLOCKS]; /* lock */
    uint32_t n_blocks;                /* lock */
    struct otp_table *idle;           /* lock */
} cells;

static size_t cells_in(uint32_t block)
{
    return (size_t)FIRST_BLOCK << block;
}

/* lock: cells. False: no memory. */
static bool make_block(void)
{
    size_t n = cells_in(cells.n_blocks);
    struct otp_table *block = cells.n_blocks == BLOCKS ? NULL : otpi_alloc_line(n * sizeof *block);

    if (block == NULL)
        return false;
    cells.blocks[cells.n_blocks++] = block;
    for (size_t i = n; i-- > 0;) {
        block[i].next = cells.idle;
        cells.idle = &block[i];
    }
    return true;
}

static struct otp_table *take_idle(void)
{
    struct otp_table *table = NULL;

    otp_lock_take(&cells.lock);
    if (cells.idle != NULL || make_block()) {
        table = cells.idle;
        cells.idle = table->next;
    }
    otp_lock_release(&cells.lock);
    return table;
}

static void put_idle(struct otp_table *table)
{
    atomic_store_explicit(&table->owner, 0, memory_order_relaxed);
    otp_lock_take(&cells.lock);
    table->next = cells.idle;
    cells.idle = table;
    otp_lock_release(&cells.lock);
}

/* otp_tie: the owner has ended. Its rows go with its memory. */
static void ended(struct otp_tie *tie, otp_pid pid, const otp_reason *reason)
{
    (void)pid, (void)reason;
    put_idle((struct otp_table *)(void *)((char *)tie - offsetof(struct otp_table, tie)));
}

struct otp_table *otpi_cells_take(struct otpi_rows *rows)
{
    otp_pid self = otp_self();
    struct otp_table *table = take_idle();

    if (table == NULL)
        return NULL;
    table->tie.ended = ended;
    /* release: pairs with the acquire in table.c; who finds them finds the last owner gone */
    atomic_store_explicit(&table->rows, rows, memory_order_release);
    atomic_store_explicit(&table->owner, self.bits, memory_order_relaxed);
    if (otp_tie_to(self, &table->tie) == OTP_OK)
        return table;
    put_idle(table);
    return NULL;
}

void otpi_cells_give_back(struct otp_table *table)
{
    if (otp_untie(otp_self(), &table->tie)) /* else the tie gives it back */
        put_idle(table);
}

void otpi_cells_free(void)
{
    for (uint32_t i = 0; i < cells.n_blocks; i++)
        otpi_release_line(cells.blocks[i], cells_in(i) * sizeof *cells.blocks[i]);
    cells.n_blocks = 0;
    cells.idle = NULL;
}
