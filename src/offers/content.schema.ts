import { z } from 'zod';
import { vocabulary } from '../platform/index.js';
import { templateFault } from './template.js';

/** Schemes that run or read something on the phone instead of opening a page or an app. */
const UNSAFE_SCHEMES = new Set(['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'http:']);

const template = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .superRefine((text, context) => {
      const fault = templateFault(text);
      if (fault === undefined) return;
      context.addIssue({ code: 'custom', message: fault.detail, params: { code: fault.code } });
    });

const deepLink = z
  .string()
  .max(2_000)
  .refine((link) => isSafeLink(link), { error: "expected https, or a scheme of the app's own" });

const words = z.strictObject({
  title: template(100),
  body: template(300),
  imageUrl: z
    .url({ protocol: /^https$/, error: 'expected an https address' })
    .max(2_000)
    .optional(),
  deepLink: deepLink.optional(),
});
export type Words = z.output<typeof words>;

/** What the shopper reads: `default`, and other languages by BCP 47 tag. */
export const content = z
  .object({ default: words })
  .catchall(words)
  .superRefine((byLocale, context) => {
    for (const key of Object.keys(byLocale)) {
      if (key === 'default' || vocabulary.locale.safeParse(key).success) continue;
      const message = 'expected `default` or a BCP 47 tag such as fr or fr-BE';
      context.addIssue({ code: 'custom', path: [key], message, params: { code: 'invalid-format' } });
    }
  });
export type Content = z.output<typeof content>;

function isSafeLink(link: string): boolean {
  try {
    return !UNSAFE_SCHEMES.has(new URL(link).protocol);
  } catch {
    return false;
  }
}
