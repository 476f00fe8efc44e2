/** What a simulation reads, by the same statements as far ahead of each other, and no moment replayed. */
export async function readAlone(app, load, asked) {
  const { LiveOffers } = await load('offers/index.js');
  const { PastViews } = await load('insights/index.js');
  const { Worlds } = await load('decisions/worlds.js');
  const { RecordedVisits } = await load('decisions/simulation/recorded-visits.repository.js');
  const { askedAbout } = await load('decisions/simulation/asked-about.rules.js');
  const [visits, views] = [app.get(RecordedVisits, { strict: false }), app.get(PastViews, { strict: false })];
  const live = await app.get(LiveOffers).rehearsalOf(asked.offerId, asked.revision, asked.among);
  const world = await app.get(Worlds, { strict: false }).replayed(live, asked.from);
  const asOf = { since: asked.from, until: asked.to, ...askedAbout(world) };
  const known = new Set();
  let count = 0;
  let next = visits.step(asked, undefined, STEP);
  for (;;) {
    const step = await next;
    const isLast = step.visits.length < STEP;
    if (!isLast) next = visits.step(asked, step.last, STEP);
    const ids = [...new Set(step.visits.map(({ shopperId }) => shopperId))].filter((id) => !known.has(id));
    await Promise.all(
      [ids.slice(0, STEP / 2), ids.slice(STEP / 2)]
        .filter((part) => part.length > 0)
        .map((part) => views.load(part, asOf)),
    );
    for (const id of ids) known.add(id);
    count += step.visits.length;
    if (isLast) return count;
  }
}

const STEP = 1_000;
