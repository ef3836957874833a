/** Server settings by name, as they go with one statement. */
export type ClickHouseSettings = Record<string, string | number>;

/**
 * Every setting that changes what a statement of ours means, said explicitly: several defaults differ between
 * versions of the server, and all of them can be changed by the profile of a user.
 */
export const BASE_SETTINGS: ClickHouseSettings = {
  // An acknowledged insert is written, not queued.
  async_insert: 0,
  wait_for_async_insert: 1,
  insert_deduplicate: 1,
  // One insert stays one block in the order in which it was sent, as deduplication of its repeat requires.
  max_insert_threads: 1,
  input_format_parallel_parsing: 0,
  // A column that is missing or null by mistake fails the insert instead of losing the value.
  input_format_skip_unknown_fields: 0,
  input_format_null_as_default: 0,
  input_format_defaults_for_omitted_fields: 1,
  date_time_input_format: 'best_effort',
  date_time_output_format: 'iso',
  session_timezone: 'UTC',
  // 64 bit integers come as text: as numbers they would lose digits silently.
  output_format_json_quote_64bit_integers: 1,
  output_format_json_escape_forward_slashes: 0,
  output_format_json_named_tuples_as_objects: 1,
  join_use_nulls: 0,
  aggregate_functions_null_for_empty: 0,
  // Rows that were removed stay hidden, and nothing else is.
  apply_deleted_mask: 1,
  final: 0,
  limit: 0,
  offset: 0,
  // A bound that is met fails the statement; a part of a result would pass for all of it.
  timeout_overflow_mode: 'throw',
  read_overflow_mode: 'throw',
  result_overflow_mode: 'throw',
  group_by_overflow_mode: 'throw',
  sort_overflow_mode: 'throw',
  set_overflow_mode: 'throw',
  distinct_overflow_mode: 'throw',
  use_query_cache: 0,
  // The client recognizes an error in the middle of a result only in this shape.
  http_write_exception_in_output_format: 0,
  send_progress_in_http_headers: 0,
  cancel_http_readonly_queries_on_client_close: 1,
};

/**
 * On replicas a statement sees what was acknowledged before it, whichever replica it comes to: an insert is acknowledged
 * by most of them, one insert at a time, and a read waits for what they have.
 */
export const CLUSTER_SETTINGS: ClickHouseSettings = {
  insert_quorum: 'auto',
  insert_quorum_parallel: 0,
  select_sequential_consistency: 1,
};

/** For statements whose answer is read to the end before it counts: the status line then tells the whole truth. */
export const WAIT_FOR_END: ClickHouseSettings = { wait_end_of_query: 1 };

/**
 * How long a reader of a stream may pause before our side gives up. The server has a bound of its own, the setting
 * `http_send_timeout` of its default profile (30 s unless configured), which a single statement cannot change.
 */
export const STREAM_IDLE_TIMEOUT_MS = 600_000;
