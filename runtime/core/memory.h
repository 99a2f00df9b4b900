/* memory.h - memory that a process owns.
 *
 * Idea: a list of blocks hanging on the process; see otp/memory.h. And its dictionary.
 */
#ifndef OTPI_MEMORY_H
#define OTPI_MEMORY_H

#include <stddef.h>

struct otpi_map;
struct otpi_owned;

/* Memory for a process's data, zeroed; NULL: none. Each worker keeps the last small block that it
 * was given back for the next of that size. */
void *otpi_data_take(size_t size);
/* Takes data; NULL is allowed. */
void otpi_data_give(void *data, size_t size);
/* What the worker keeps is freed. By the worker. */
void otpi_data_forget(void);
void otpi_owned_free_all(struct otpi_owned **list);
/* Gives what is in it to the keys' destroy, then frees it; NULL is allowed. By who buries. */
void otpi_dictionary_free(struct otpi_map *dictionary);

#endif
