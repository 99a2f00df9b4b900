/* otp.y - the grammar of .otp specs.
 *
 * Idea: one builder call per action; the builders of parse_build.c make the tree and check what a
 * grammar says badly. No word is reserved: rule `name` lists every keyword, and the rules are
 * written so that one token of lookahead always tells a keyword from a name (%expect 0).
 *
 * Errors: the empty start of a list is reduced without looking ahead, so that whatever comes, the
 * parser stands in a list that has a `mend_` rule. Such a rule is the token `error` alone: it is
 * reduced at once, and its action (parse_mend.c) either gives the parser another lookahead (the
 * word that was meant, the missing `;`) or throws tokens away up to a good place. Therefore neither
 * LAC nor canonical LR is wanted: default reductions lead to the list. */

%require "3.8"
%language "c"
%define api.pure full
%define api.prefix {grammar_}
%define api.token.prefix {T_}
%define api.value.type {union parse_value}
%define api.location.type {struct span}
%define parse.error custom
%locations
%expect 0
%parse-param {struct parser *p}
%lex-param {struct parser *p}

%code requires {
#include "parse_state.h"
}

%code {
#include "parse_build.h"
#include "parse_lex.h"
#include "parse_mend.h"

/* Deep nesting is an error long before this; it only ends chains of unary signs. */
#define YYMAXDEPTH 5000

/* From the first part that has any text to the last; an empty rule stands behind what is before. */
#define YYLLOC_DEFAULT(now, parts, count) ((now) = join_places((parts), (count)))

/* What a `mend_` rule does. yychar, yylval and yylloc are the lookahead: bison lets actions set
 * them. */
#define MEND(level, place) \
    (mend_fix(p, level, place, (struct mend_lookahead){ &yychar, &yylval, &yylloc }), yyerrok)

static struct span join_places(const struct span *parts, int count)
{
    if (count == 0)
        return (struct span){ parts[0].file, parts[0].end, parts[0].end };
    int first = 1;
    while (first < count && parts[first].begin == parts[first].end)
        first++;
    return (struct span){ parts[first].file, parts[first].begin, parts[count].end };
}

static int grammar_lex(union parse_value *value, struct span *place, struct parser *p)
{
    return lex_next(p, value, place);
}

static void grammar_error(const struct span *place, struct parser *p, const char *text)
{
    (void)text; /* only ever "memory exhausted": the parser's stack is full */
    mend_too_deep(p, *place);
}
}

%token END 0 "the end of the file"
%token <word> NAME "a name"
%token <integer> INTEGER "a number"
%token <number> FLOAT "a number with a fraction"
%token <duration> DURATION "a duration"
%token <text> STRING "a string"
%token BAD "text that was reported"
%token ARROW "'->'" EQ "'=='" NE "'!='" LE "'<='" GE "'>='" AND "'&&'" OR "'||'"
%token <word> KW_PACKAGE "'package'" KW_IMPORT "'import'" KW_INCLUDE "'include'"
    KW_STRUCT "'struct'" KW_ENUM "'enum'" KW_ENV "'env'" KW_GENSERVER "'genserver'"
    KW_AGENT "'agent'" KW_TASK "'task'" KW_REGISTRY "'registry'" KW_PUBSUB "'pubsub'"
    KW_CACHE "'cache'" KW_TASK_SUPERVISOR "'task_supervisor'"
    KW_DYNAMIC_SUPERVISOR "'dynamic_supervisor'" KW_SUPERVISOR "'supervisor'"
    KW_PARTITION_SUPERVISOR "'partition_supervisor'" KW_APPLICATION "'application'"
    KW_ALLOW "'allow'" KW_EXPORT "'export'" KW_REMOTE "'remote'" KW_NAME "'name'"
    KW_OPTIONS "'options'" KW_STATE "'state'" KW_CALL "'call'" KW_CAST "'cast'" KW_INFO "'info'"
    KW_CONTINUE "'continue'" KW_EVENT "'event'"
    KW_INIT "'init'" KW_ON "'on'" KW_TRAP_EXIT "'trap_exit'"
    KW_MAILBOX "'mailbox'" KW_GET "'get'" KW_UPDATE "'update'"
    KW_GET_AND_UPDATE "'get_and_update'" KW_STRATEGY "'strategy'" KW_MAX_RESTARTS "'max_restarts'"
    KW_MAX_CHILDREN "'max_children'" KW_AUTO_SHUTDOWN "'auto_shutdown'" KW_CHILD "'child'"
    KW_START "'start'" KW_TYPE "'type'" KW_USES "'uses'" KW_CRASH "'crash'"
    KW_PREP_STOP "'prep_stop'" KW_STOP "'stop'" KW_STOP_WITHIN "'stop_within'" KW_VIA "'via'"
    KW_TIMEOUT "'timeout'" KW_REPLY "'reply'" KW_BY "'by'" KW_CALLS "'calls'" KW_CASTS "'casts'"
    KW_TAKES "'takes'" KW_TO "'to'" KW_BLOCKING "'blocking'" KW_IN "'in'" KW_RESTART "'restart'"
    KW_SHUTDOWN "'shutdown'" KW_BACKOFF "'backoff'" KW_SIGNIFICANT "'significant'"
    KW_ACCESS "'access'" KW_HEIR "'heir'" KW_ORDERED "'ordered'" KW_OF "'of'" KW_EXTERN "'extern'"

%left OR
%left AND
%nonassoc EQ NE '<' '>' LE GE
%left '+' '-'
%left '*' '/' '%'
%precedence SIGN

%type <word> name
%type <ref> ref
%type <refs> refs
%type <words> words
%type <type> type
%type <pair> pair
%type <expr> expr expr_opt partitions dotted
%type <time> time exact
%type <range> range
%type <field> field_head field param
%type <fields> fields params param_list
%type <values> values
%type <value> value
%type <tag> alternative
%type <tags> alternatives
%type <reply> reply
%type <edge> edge
%type <edges> edges
%type <handler> handler
%type <message> signature message operation
%type <policy> policy
%type <name_line> registered
%type <setting> setting
%type <settings> settings
%type <option_list> option_values
%type <child> child child_head
%type <decl> decl server operations supervisor dynamic tasks application

%%

file: items

items: %empty
    | items item
    | items mend_item

item: KW_PACKAGE name end { build_package(p, @$, &$1, &$2); }
    | KW_IMPORT STRING end { build_import(p, @$, &$2); }
    | KW_INCLUDE STRING end { build_include(p, @$, &$2); }
    | decl { build_add(p, $1, @$); }

end: ends ';'
ends: %empty
    | ends mend_clause

open: opens '{'
opens: %empty
    | opens mend_open

/* ---- Declarations ---- */

decl: KW_STRUCT name open fields '}' { $$ = build_struct(p, &$1, &$2, &$4); }
    | KW_ENUM name open values '}' { $$ = build_enum(p, &$1, &$2, &$4); }
    | KW_ENUM name open values ',' '}' { $$ = build_enum(p, &$1, &$2, &$4); }
    | KW_ENV open fields '}' { $$ = build_env(p, &$1, &$3); }
    | KW_GENSERVER name open server '}' { $$ = build_named(p, $4, &$1, &$2); }
    | KW_AGENT name ':' type expr_opt open operations '}' {
          $$ = build_agent(p, build_named(p, $7, &$1, &$2), $4, $5); }
    | KW_TASK signature handler ';' { $$ = build_task(p, &$1, $2, $3, @$); }
    | KW_REGISTRY name open settings '}' {
          $$ = build_built_in(p, DECL_REGISTRY, &$1, &$2, &$4); }
    | KW_PUBSUB name open settings '}' { $$ = build_built_in(p, DECL_PUBSUB, &$1, &$2, &$4); }
    | KW_CACHE name open settings '}' { $$ = build_built_in(p, DECL_CACHE, &$1, &$2, &$4); }
    | KW_TASK_SUPERVISOR name open tasks '}' { $$ = build_named(p, $4, &$1, &$2); }
    | KW_DYNAMIC_SUPERVISOR name open dynamic '}' { $$ = build_named(p, $4, &$1, &$2); }
    | KW_SUPERVISOR name open supervisor '}' { $$ = build_named(p, $4, &$1, &$2); }
    | KW_PARTITION_SUPERVISOR name KW_OF ref partitions end {
          $$ = build_partition(p, &$1, &$2, &$4, $5); }
    | KW_PARTITION_SUPERVISOR name KW_OF ref partitions '{' option_values '}' {
          $$ = build_partition(p, &$1, &$2, &$4, $5);
          build_partition_options($$, &$7, build_span(@6, @8)); }
    | KW_APPLICATION name open application '}' { $$ = build_named(p, $4, &$1, &$2); }
    | KW_ALLOW name '(' refs ')' ':' STRING end { $$ = build_allow(p, &$1, &$2, &$4, &$7); }
    | KW_EXPORT { lex_skip_statement(p); } end { $$ = build_skipped(p, DECL_EXPORT, &$1); }
    | KW_REMOTE { lex_skip_statement(p); } end { $$ = build_skipped(p, DECL_REMOTE, &$1); }

/* ---- Fields, in structs, env, options and states ---- */

fields: %empty { $$ = (struct field_list){ 0 }; }
    | fields field ';' { $$ = $1; build_add_field(&$$, $2, @2); }
    | fields mend_line { $$ = $1; }

field: field_head
    | field KW_ENV STRING { $$ = build_variable(p, $1, &$3, @2); }
    | field KW_ACCESS name { $$ = build_access(p, $1, &$3, build_span(@2, @3)); }
    | field KW_HEIR ref { $$ = build_heir(p, $1, &$3, build_span(@2, @3)); }
    | field KW_ORDERED { $$ = build_ordered(p, $1, @2); }
    | field mend_clause

field_head: name ':' type expr_opt { $$ = build_field(p, &$1, $3, $4, @$); }

expr_opt: %empty { $$ = NULL; }
    | '=' expr { $$ = $2; }

values: value { $$ = (struct enum_value_list){ 0 }; build_add_value(&$$, $1); }
    | values ',' value { $$ = $1; build_add_value(&$$, $3); }
    | values mend_value

value: name { $$ = build_value(p, &$1); }
    | mend_value { $$ = NULL; }

params: %empty { $$ = (struct field_list){ 0 }; }
    | '(' ')' { $$ = (struct field_list){ 0 }; }
    | '(' param_list ')' { $$ = $2; }

param_list: param { $$ = (struct field_list){ 0 }; build_add_field(&$$, $1, @1); }
    | param_list ',' param { $$ = $1; build_add_field(&$$, $3, @3); }
    | param_list mend_param

param: field_head
    | mend_param { $$ = NULL; }

/* ---- Types ---- */

type: ref { $$ = build_type_ref(p, &$1); }
    | ref '<' type '>' { $$ = build_type_arguments(p, &$1, $3, NULL, @$); }
    | ref '<' pair '>' { $$ = build_type_arguments(p, &$1, $3[0], $3[1], @$); }
    | type '?' { $$ = build_type_of(p, TYPE_OPTIONAL, $1, @$); }
    | '[' type ']' { $$ = build_type_of(p, TYPE_LIST, $2, @$); }
    | KW_EXTERN STRING { $$ = build_type_extern(p, &$2, @$); }
    | BAD { $$ = build_type_poison(p, @$); }

pair: type ',' type { $$[0] = $1; $$[1] = $3; }

/* ---- Names ---- */

ref: name { $$ = build_ref(NULL, &$1); }
    | name '.' name { $$ = build_ref(&$1, &$3); }

refs: ref { $$ = (struct ref_list){ 0 }; build_add_ref(p, &$$, &$1); }
    | refs ',' ref { $$ = $1; build_add_ref(p, &$$, &$3); }

words: name { $$ = (struct parse_word_list){ 0 }; build_add_word(p, &$$, &$1); }
    | words ',' name { $$ = $1; build_add_word(p, &$$, &$3); }

edges: edge { $$ = (struct edge_list){ 0 }; build_add_edge(&$$, $1); }
    | edges ',' edge { $$ = $1; build_add_edge(&$$, $3); }

edge: name { $$ = build_edge(p, &$1, NULL, NULL); }
    | name '.' name { $$ = build_edge(p, &$1, &$3, NULL); }
    | name '.' name '.' name { $$ = build_edge(p, &$1, &$3, &$5); }

/* ---- Times ---- */

time: exact
    | name { $$ = build_time_word(p, &$1); }

exact: DURATION { $$ = build_time_duration(p, &$1, @1); }
    | INTEGER { $$ = build_time_integer(p, &$1, @1); }

range: exact { $$[0] = $$[1] = $1; }
    | exact KW_TO exact { $$[0] = $1; $$[1] = $3; }

/* ---- Expressions ---- */

expr: dotted
    | INTEGER { $$ = build_integer(p, &$1, @$); }
    | FLOAT { $$ = build_float(p, &$1, @$); }
    | DURATION { $$ = build_duration(p, &$1, @$); }
    | STRING { $$ = build_string(p, &$1); }
    | BAD { $$ = build_expr_poison(p, @$); }
    | '(' expr ')' { $$ = build_grouped($2, @$); }
    | '-' expr %prec SIGN { $$ = build_unary(p, OP_NEG, $2, @1); }
    | '!' expr %prec SIGN { $$ = build_unary(p, OP_NOT, $2, @1); }
    | expr '+' expr { $$ = build_binary(p, OP_ADD, $1, $3, @2); }
    | expr '-' expr { $$ = build_binary(p, OP_SUB, $1, $3, @2); }
    | expr '*' expr { $$ = build_binary(p, OP_MUL, $1, $3, @2); }
    | expr '/' expr { $$ = build_binary(p, OP_DIV, $1, $3, @2); }
    | expr '%' expr { $$ = build_binary(p, OP_MOD, $1, $3, @2); }
    | expr EQ expr { $$ = build_binary(p, OP_EQ, $1, $3, @2); }
    | expr NE expr { $$ = build_binary(p, OP_NE, $1, $3, @2); }
    | expr '<' expr { $$ = build_binary(p, OP_LT, $1, $3, @2); }
    | expr LE expr { $$ = build_binary(p, OP_LE, $1, $3, @2); }
    | expr '>' expr { $$ = build_binary(p, OP_GT, $1, $3, @2); }
    | expr GE expr { $$ = build_binary(p, OP_GE, $1, $3, @2); }
    | expr AND expr { $$ = build_binary(p, OP_AND, $1, $3, @2); }
    | expr OR expr { $$ = build_binary(p, OP_OR, $1, $3, @2); }

dotted: name { $$ = build_name(p, &$1); }
    | dotted '.' name { $$ = build_dot(p, $1, &$3, @$); }

/* ---- Messages ---- */

signature: name params reply { $$ = build_signature(p, &$1, &$2, $3); }

reply: %empty { $$ = build_reply_ack(p); }
    | ARROW alternatives { $$ = build_reply(p, &$2, @$); }

alternatives: alternative { $$ = (struct tag_list){ 0 }; build_add_tag(&$$, $1); }
    | alternatives '|' alternative { $$ = $1; build_add_tag(&$$, $3); }

/* A type alone is kept as a tag without a name until build_reply() knows how many there are. */
alternative: type { $$ = build_type_alternative(p, $1); }
    | name '(' ')' { $$ = build_tag(p, &$1, NULL, @$); }
    | name '(' param_list ')' { $$ = build_tag(p, &$1, &$3, @$); }

handler: %empty { $$ = build_handler(p); }
    | handler KW_TIMEOUT time { build_timeout(p, $1, $3, build_span(@2, @3)); }
    | handler KW_REPLY name { build_reply_later(p, $1, &$3, NULL, build_span(@2, @3)); }
    | handler KW_REPLY name KW_BY ref { build_reply_later(p, $1, &$3, &$5, build_span(@2, @5)); }
    | handler KW_CALLS edges { build_edges(&$1->calls, &$3); }
    | handler KW_CASTS edges { build_edges(&$1->casts, &$3); }
    | handler KW_TAKES range { build_range(p, &$1->takes, $3, build_span(@2, @3), "takes"); }
    | handler KW_BLOCKING { build_flag(p, &$1->blocking, @2, "blocking"); }
    | handler mend_clause

message: KW_CALL signature handler ';' { $$ = build_message(p, MESSAGE_CALL, &$1, $2, $3, @$); }
    | KW_CAST signature handler ';' { $$ = build_message(p, MESSAGE_CAST, &$1, $2, $3, @$); }
    | KW_INFO signature handler ';' { $$ = build_message(p, MESSAGE_INFO, &$1, $2, $3, @$); }
    | KW_CONTINUE signature handler ';' {
          $$ = build_message(p, MESSAGE_CONTINUE, &$1, $2, $3, @$); }
    | KW_EVENT ref handler ';' { $$ = build_event(p, &$1, &$2, $3, @$); }

/* ---- Genservers ---- */

server: %empty { $$ = build_decl(p, DECL_GENSERVER); }
    | server message { build_add_message(&$1->genserver.messages, $2); }
    | server KW_NAME registered end { build_name_line(p, $1, $3, build_span(@2, @4)); }
    | server KW_MAILBOX INTEGER policy end {
          build_mailbox(p, $1, &$3, @3, $4, build_span(@2, @5)); }
    | server KW_TRAP_EXIT end {
          build_flag(p, &$1->genserver.trap_exit, build_span(@2, @3), "trap_exit"); }
    | server KW_BLOCKING end {
          build_flag(p, &$1->genserver.blocking, build_span(@2, @3), "blocking"); }
    | server KW_OPTIONS open fields '}' {
          build_options(p, $1, &$2, &$4, build_span(@2, @5)); }
    | server KW_STATE open fields '}' { build_state(p, $1, &$2, &$4, build_span(@2, @5)); }
    | server KW_INIT handler ';' { build_init(p, $1, &$2, $3, build_span(@2, @4)); }
    | server KW_ON words handler ';' {
          build_callbacks(p, $1, &$2, &$3, $4, build_span(@2, @5)); }
    | server mend_line

registered: name { $$ = build_plain_name(p, &$1); }
    | KW_VIA ref '(' name ')' { $$ = build_via(p, &$2, &$4); }

policy: %empty { $$ = NULL; }
    | name { $$ = build_policy(p, &$1, NULL); }
    | name exact { $$ = build_policy(p, &$1, $2); }

/* ---- Agents ---- */

operations: %empty { $$ = build_decl(p, DECL_AGENT); }
    | operations operation { build_add_message(&$1->agent.server.messages, $2); }
    | operations mend_line

operation: KW_GET signature expr_opt handler ';' {
          $$ = build_operation(p, MESSAGE_GET, &$1, build_valued($2, $3), $4, @$); }
    | KW_UPDATE signature expr_opt handler ';' {
          $$ = build_operation(p, MESSAGE_UPDATE, &$1, build_valued($2, $3), $4, @$); }
    | KW_CAST signature expr_opt handler ';' {
          $$ = build_operation(p, MESSAGE_CAST, &$1, build_valued($2, $3), $4, @$); }
    | KW_GET_AND_UPDATE signature expr_opt handler ';' {
          $$ = build_operation(p, MESSAGE_GET_AND_UPDATE, &$1, build_valued($2, $3), $4, @$); }
    | KW_GET_AND_UPDATE signature '=' expr ',' expr handler ';' {
          $$ = build_operation(p, MESSAGE_GET_AND_UPDATE, &$1, build_both($2, $4, $6), $7, @$); }

/* ---- Registries, pubsubs and caches: their settings are checked by name ---- */

settings: %empty { $$ = (struct parse_setting_list){ 0 }; }
    | settings setting end { $$ = $1; build_add_setting(&$$, $2, build_span(@2, @3)); }
    | settings mend_line

setting: name { $$ = build_setting(p, &$1, SETTING_ALONE); }
    | name ref { $$ = build_setting_word(p, &$1, &$2); }
    | name exact { $$ = build_setting_time(p, &$1, $2); }
    | name ':' type { $$ = build_setting_type(p, &$1, $3); }
    | name '=' expr { $$ = build_setting_value(p, &$1, $3); }

/* ---- Supervisors ---- */

supervisor: %empty { $$ = build_decl(p, DECL_SUPERVISOR); }
    | supervisor KW_STRATEGY name end { build_strategy(p, $1, &$3, build_span(@2, @4)); }
    | supervisor KW_MAX_RESTARTS INTEGER KW_IN exact end {
          build_intensity(p, $1, &$3, build_span(@3, @5), $5, build_span(@2, @6)); }
    | supervisor KW_AUTO_SHUTDOWN name end {
          build_auto_shutdown(p, $1, &$3, build_span(@2, @4)); }
    | supervisor child { build_add_child($1, $2); }
    | supervisor mend_line

dynamic: %empty { $$ = build_decl(p, DECL_DYNAMIC_SUPERVISOR); }
    | dynamic KW_MAX_RESTARTS INTEGER KW_IN exact end {
          build_intensity(p, $1, &$3, build_span(@3, @5), $5, build_span(@2, @6)); }
    | dynamic KW_MAX_CHILDREN '=' expr end {
          build_max_children(p, $1, $4, @2, build_span(@2, @5)); }
    | dynamic child { build_add_child($1, $2); }
    | dynamic mend_line

partitions: %empty { $$ = NULL; }
    | '(' expr ')' { $$ = $2; }

tasks: %empty { $$ = build_decl(p, DECL_TASK_SUPERVISOR); }
    | tasks KW_MAX_RESTARTS INTEGER KW_IN exact end {
          build_intensity(p, $1, &$3, build_span(@3, @5), $5, build_span(@2, @6)); }
    | tasks KW_MAX_CHILDREN '=' expr end {
          build_max_children(p, $1, $4, @2, build_span(@2, @5)); }
    | tasks mend_line

child: child_head ';' { $$ = build_child_end(p, $1, @$); }
    | child_head '{' option_values '}' {
          $$ = build_child_options(p, $1, &$3, build_span(@2, @4), @$); }

child_head: KW_CHILD ref { $$ = build_child(p, &$1, NULL, &$2); }
    | KW_CHILD name ':' ref { $$ = build_child(p, &$1, &$2, &$4); }
    | child_head KW_RESTART name { build_restart(p, $1, &$3, build_span(@2, @3)); }
    | child_head KW_SHUTDOWN time { build_shutdown(p, $1, $3, build_span(@2, @3)); }
    | child_head KW_BACKOFF range {
          build_range(p, &$1->backoff, $3, build_span(@2, @3), "backoff"); }
    | child_head KW_NAME name { build_child_name(p, $1, &$3, build_span(@2, @3)); }
    | child_head KW_SIGNIFICANT { build_flag(p, &$1->significant, @2, "significant"); }
    | child_head mend_clause

option_values: %empty { $$ = (struct option_value_list){ 0 }; }
    | option_values name '=' expr end {
          $$ = $1; build_add_option(p, &$$, &$2, $4, build_span(@2, @5)); }
    | option_values mend_line

/* ---- Applications ---- */

application: %empty { $$ = build_decl(p, DECL_APPLICATION); }
    | application KW_START ref end { build_start(p, $1, &$3, build_span(@2, @4)); }
    | application KW_TYPE name end { build_application_type(p, $1, &$3, build_span(@2, @4)); }
    | application KW_USES refs end { build_uses(p, $1, &$3); }
    | application KW_CRASH name end { build_crash(p, $1, &$3, build_span(@2, @4)); }
    | application KW_PREP_STOP end {
          build_flag(p, &$1->application.prep_stop, build_span(@2, @3), "prep_stop"); }
    | application KW_STOP end {
          build_flag(p, &$1->application.stop, build_span(@2, @3), "stop"); }
    | application KW_STOP_WITHIN time end {
          build_stop_within(p, $1, $3, build_span(@2, @4)); }
    | application mend_line

/* ---- Mending, see the head ---- */

mend_item: error { MEND(MEND_ITEM, @1); }
mend_open: error { MEND(MEND_OPEN, @1); }
mend_line: error { MEND(MEND_LINE, @1); }
mend_clause: error { MEND(MEND_CLAUSE, @1); }
mend_param: error { MEND(MEND_PARAM, @1); }
mend_value: error { MEND(MEND_VALUE, @1); }

/* ---- Any word is a name ---- */

name: NAME | KW_PACKAGE | KW_IMPORT | KW_INCLUDE | KW_STRUCT | KW_ENUM | KW_ENV | KW_GENSERVER
    | KW_AGENT | KW_TASK | KW_REGISTRY | KW_PUBSUB | KW_CACHE | KW_TASK_SUPERVISOR
    | KW_DYNAMIC_SUPERVISOR | KW_SUPERVISOR | KW_PARTITION_SUPERVISOR | KW_APPLICATION | KW_ALLOW
    | KW_EXPORT | KW_REMOTE | KW_NAME | KW_OPTIONS | KW_STATE | KW_CALL | KW_CAST | KW_INFO
    | KW_CONTINUE | KW_EVENT | KW_INIT | KW_ON | KW_TRAP_EXIT | KW_MAILBOX | KW_GET | KW_UPDATE
    | KW_GET_AND_UPDATE | KW_STRATEGY | KW_MAX_RESTARTS | KW_MAX_CHILDREN | KW_AUTO_SHUTDOWN
    | KW_CHILD | KW_START | KW_TYPE | KW_USES | KW_CRASH | KW_PREP_STOP | KW_STOP | KW_STOP_WITHIN
    | KW_VIA | KW_TIMEOUT | KW_REPLY | KW_BY | KW_CALLS | KW_CASTS | KW_TAKES | KW_TO
    | KW_BLOCKING | KW_IN | KW_RESTART | KW_SHUTDOWN | KW_BACKOFF | KW_SIGNIFICANT | KW_ACCESS
    | KW_HEIR | KW_ORDERED | KW_OF | KW_EXTERN

%%

static int yyreport_syntax_error(const yypcontext_t *context, struct parser *p)
{
    yysymbol_kind_t kinds[PARSE_EXPECTED];
    const char *expected[PARSE_EXPECTED];
    int count = yypcontext_expected_tokens(context, kinds, PARSE_EXPECTED);
    for (int i = 0; i < count; i++)
        expected[i] = yysymbol_name(kinds[i]);
    mend_report(p, expected, count < 0 ? 0 : (unsigned)count);
    return 0;
}
