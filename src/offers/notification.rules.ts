import { renderedBytes } from './content.js';
import type { Content, Words } from './content.schema.js';
import type { Reward } from './reward.schema.js';

/** Firebase Cloud Messaging takes no more in one message. */
const MOST_BYTES = 4_096;
/** What a message has beside the offer's own words, as JSON: ids, times, headers of three platforms; measured at 900. */
const FRAME_BYTES = 1_000;

interface Spoken {
  content: Content;
  reward: Reward;
}
type Refuse = (path: readonly string[], code: string, detail: string) => void;

/**
 * Refuses words that with their picture, link and reward would not fit into one push, whatever they name: they would
 * come without their picture or link, and nobody would have been told.
 */
export function checkNotification({ content, reward }: Spoken, refuse: Refuse): void {
  for (const [locale, words] of Object.entries(content)) {
    const bytes = notificationBytes(words, reward);
    if (bytes <= MOST_BYTES) continue;
    const detail = `with its picture and link this notification comes to ${bytes} bytes, and phones take ${MOST_BYTES}: shorten the ${longestOf(words)}`;
    refuse(['content', locale], 'too-large', detail);
  }
}

/** Title and body are in a message twice (shown, and for the app), the picture and a link to a page too. */
function notificationBytes(words: Words, reward: Reward): number {
  const { imageUrl = '', deepLink = '' } = words;
  const links = Buffer.byteLength(JSON.stringify([imageUrl, deepLink]));
  return FRAME_BYTES + 2 * (renderedBytes(words) + links) + Buffer.byteLength(JSON.stringify(reward));
}

function longestOf({ imageUrl = '', deepLink = '' }: Words): string {
  if (imageUrl.length + deepLink.length < 500) return 'text';
  return imageUrl.length > deepLink.length ? 'address of the picture' : 'link';
}
