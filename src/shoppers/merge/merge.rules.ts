import type { HourRange, Instant } from '../../shared/index.js';
import type { Loyalty } from '../profiles/profile.rules.js';

export interface MergedPreferences {
  quietHours?: HourRange | undefined;
  snoozeUntil?: Instant | undefined;
  mutedCategories?: readonly string[] | undefined;
}

/** The stricter of both: all that is muted, the later end of a snooze, the longer quiet hours. */
export function mergedPreferences(from: MergedPreferences, into: MergedPreferences): MergedPreferences {
  const muted = [...new Set([...(into.mutedCategories ?? []), ...(from.mutedCategories ?? [])])];
  const snoozes = [into.snoozeUntil, from.snoozeUntil].filter((until) => until !== undefined);
  const quiet = [into.quietHours, from.quietHours]
    .filter((hours) => hours !== undefined)
    .sort((a, b) => minutesOf(b) - minutesOf(a))[0];
  return {
    ...(quiet !== undefined && { quietHours: quiet }),
    ...(snoozes.length > 0 && { snoozeUntil: Math.max(...snoozes) }),
    ...(muted.length > 0 && { mutedCategories: muted }),
  };
}

/** Points as the retailer gave them add up; the tier is the surviving shopper's, where that one has any. */
export function mergedLoyalty(from: Loyalty | null, into: Loyalty | null): Loyalty | null {
  if (from === null || into === null) return into ?? from;
  return { ...into, points: into.points + from.points };
}

/** `22:00`-`06:00` wraps: 480 minutes. */
function minutesOf({ from, to }: HourRange): number {
  const minutes = minuteOf(to) - minuteOf(from);
  return minutes >= 0 ? minutes : minutes + 1_440;
}

function minuteOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}
