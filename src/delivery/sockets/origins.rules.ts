/**
 * Whether a page of this origin may open sockets here. Apps name no origin; a page of ours names the host that it asks.
 *
 * @param host as the request names it
 * @param allowed origins of other pages, such as `https://app.example.com`
 */
export function mayOpenSockets(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const parsed = new URL(origin);
  return allowed.includes(parsed.origin) || (host !== undefined && parsed.host === host.toLowerCase());
}
