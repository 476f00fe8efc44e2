import type { Api } from '../api.js';

interface KnownTemplate {
  template: string;
  /** Null where a parameter must be given: what it means is for a shop to say. */
  rule: unknown;
}

/** Adopts every ready-made segment that says by itself what it means, but those that are there already. */
export async function settleSegments(api: Api, marketer: string): Promise<void> {
  const known = await api.all<{ segmentId: string }>('/v1/segments', marketer);
  const adopted = new Set(known.map(({ segmentId }) => segmentId));
  const { items } = await api.get<{ items: KnownTemplate[] }>('/v1/segment-templates', marketer);
  for (const { template, rule } of items) {
    if (rule === null || adopted.has(template)) continue;
    await api.post(`/v1/segment-templates/${template}`, {}, marketer);
  }
}
