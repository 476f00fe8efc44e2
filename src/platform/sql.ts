/** SQL of a time as RFC 3339 in UTC, as the public interface speaks it. */
export const iso = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

export const utcDay = (column: string): string => `(${column} AT TIME ZONE 'UTC')::date`;

/** SQL of the rows of `select` as a JSON list, which is never null. */
export const listOf = (select: string): string =>
  `(SELECT coalesce(json_agg(item), '[]') FROM (${select}) AS item)`;
