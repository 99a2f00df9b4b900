/* parse_lex.h - between scanner and grammar: what the tokens mean, and the stream of them.
 *
 * Idea: the rules of otp.l call the first group, each for the text just matched (its span); it
 * fills in the token's value and reports what is malformed. The grammar and the mending read the
 * stream through lex_next(), which also tracks brackets, the head of the statement and nesting. */
#ifndef OTPC_PARSE_LEX_H
#define OTPC_PARSE_LEX_H

#include "parse_state.h"

/* ---- Called by the scanner ---- */

void lex_place(const struct parser *p, struct span *place, const char *text, int len);
void lex_new_line(struct parser *p);
void lex_doc_line(struct parser *p, struct span place);
void lex_comment_begin(struct parser *p, struct span place);
void lex_comment_open(struct parser *p); /* the file ended in it */
void lex_character(struct parser *p, struct span place);
_Noreturn void lex_out_of_memory(struct parser *p);

/* These give the token's kind. */
int lex_word(struct parser *p, union parse_value *value, struct span place);
int lex_number(struct parser *p, union parse_value *value, struct span place);
int lex_fraction(struct parser *p, union parse_value *value, struct span place);
int lex_string(struct parser *p, union parse_value *value, struct span place);

/* A string between single quotes: reported, and then as good as a malformed one. */
int lex_string_single(struct parser *p, union parse_value *value, struct span place);

/* An unterminated string. Shortens *place to the part that is taken for the string (what follows,
 * as in `"my.db; }`, is read as if the quote stood before it) and gives its length. */
size_t lex_string_open(struct parser *p, union parse_value *value, struct span *place);

/* ---- The stream ---- */

/* In otp.l: makes the source whole again behind a token. */
void lex_restore(void *scanner);

/* Opens the scanner over the file's source, and ends it. */
void lex_open(struct parser *p);
void lex_close(struct parser *p);

/* The next token: of the stash, else of the scanner. */
int lex_next(struct parser *p, union parse_value *value, struct span *place);

/* Puts a token back: the next lex_next() gives it. */
void lex_push(struct parser *p, const struct parse_token *t);

/* Does it begin a declaration; does it begin a line of some block? */
bool lex_is_top(int token);
bool lex_is_line(int token);

/* Is it a name or any keyword? */
bool lex_is_word(int token);

/* Skips up to the ';' or the closed block that ends this statement; a ';' comes next. */
void lex_skip_statement(struct parser *p);

/* Skips to the bracket that closes the one just read; false if the file ends first. */
bool lex_skip_bracket(struct parser *p);

/* The innermost open bracket is taken for closed; one more is taken for open. */
void lex_pop_bracket(struct parser *p);
void lex_push_bracket(struct parser *p, char sign, struct span place);

/* The first byte behind the last token that is no blank; '\0' at the end. */
char lex_peek(const struct parser *p, const struct parse_token *t);

/* A statement begins with this token, although no ';' or '}' stands before it. */
void lex_begin_statement(struct parser *p, const struct parse_token *t);

#endif
