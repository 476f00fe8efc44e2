import { SECOND_MS } from '../shared/index.js';
import type { StoreLayout } from '../stores/index.js';

/** Everything about presence that can be tuned. Levels and margins in dB(m), times as named. */
export interface PresenceParameters {
  /**
   * Fainter than this is not heard at all. Receivers end near -100 dBm; a tag at -95 may be across the street.
   * Higher: fewer passers-by counted as visits; lower: holds on to shoppers in dead corners.
   */
  weakestRssiDbm: number;
  /** Sightings may overtake one another by this much (promise 7); older ones are dropped. Longer: corrects more, later. */
  reorderMs: number;
  /** How far back a first zone looks (ESPresense 15 s, Bermuda 10 s). Longer: finds seldom heard tags a zone, remembers where they came from. */
  windowSeconds: number;
  /**
   * An anchor that is not heard while others are keeps its last level for so long, then counts as not hearing.
   * Longer: rides out lost packets; shorter: leaves zones that fell silent sooner (a move must be noticed in 10 s).
   */
  holdSeconds: number;
  /** The level of an anchor that was not heard at all. */
  floorDbm: number;
  /** Of a shopper without a zone so many anchors, the strongest, are remembered for longer than levels are held. */
  anchorsKept: number;

  /**
   * First zone of a visit: after so many heard seconds the best zone must lead the second by so much.
   * With ±8 dB noise the difference of two means over n seconds has a deviation of 6.5/√n dB, so the leads
   * asked are about 2.6, 1.9 and none. Lower: quicker at a zone's edge, oftener wrong there.
   */
  firstZone: readonly { heardSeconds: number; leadDb: number }[];
  /** …or so long after the first hearing, whatever the lead, for tags heard seldom. The contract gives 5 s. */
  firstZonePatienceSeconds: number;

  /**
   * A move is found by a one-sided CUSUM (Page 1954, Biometrika 41): each second the lead of another zone over
   * the present one, less `moveAllowanceDb` and cut off at `moveClipDb`, is added to that zone's evidence, which
   * never falls below nought; at `moveEvidenceDb` the shopper has moved. It needs at least
   * evidence / (clip - allowance) seconds.
   * Tried against means over 6-12 s with margin and consecutive wins (standing tag, 10 min, ±8 dB uniform, two
   * zones equally strong): as few false moves, and a lead of 20 dB noticed in 5 s rather than 8.
   * A zone gains only in seconds in which it was itself heard, so that one stray sighting counts once.
   * More allowance or evidence: steadier at an edge, later on a walk.
   */
  moveAllowanceDb: number;
  moveClipDb: number;
  moveEvidenceDb: number;

  /**
   * Location, where the plan gives at least three radios a place. The levels of one second are believed to this power: they
   * err together (bodies, shelves), so as much as one in full would be too sure. More: follows quicker, trusts a single bad
   * second. Measured on a hall with twelve gateways: 0.45 to 1 are alike.
   */
  levelTrust: number;
  /** The same where the store was not surveyed: there the map's own doubt (`SHADOW_DB2`) is in each level already. */
  unsurveyedTrust: number;
  /** How much one packet differs from the next at the same spot, dB: fading and three channels. Less: as `levelTrust`. */
  packetDeviationDb: number;
  /** How far a second's mean is off the map, beside what the map itself does not know, dB: bodies and doors. */
  placeDeviationDb: number;
  /**
   * How much tags differ among themselves, dB, as far as that is expected; a tag's own offset is learned along its way. More:
   * a mixture of phones is located sooner, fobs of one kind less well. Where it was left out, a tag 6 dB fainter was 12 m off.
   */
  tagDeviationDb: number;
  /** How fast shoppers walk, m/s (standard deviation along each axis). More: keeps up with runners, follows noise. */
  walkingSpeed: number;
  /** How long they keep their direction, seconds. Longer: smoother paths, late at corners. */
  walkingSeconds: number;
  /** How far they sway without walking, m/√s. */
  swayMetres: number;

  /**
   * A zone takes over once it holds this share of what it and the present one hold of the Gaussian. More: fewer moves at
   * edges, later ones. On recorded walks 0.7 noticed moves within 2 s, at 1.2 times as many as there were; 0.8 took 3 s.
   */
  moveShare: number;
  /** …and at least this much of the whole. */
  moveLeast: number;
  /**
   * In a surveyed store zones are judged so far ahead of the track, which lags behind who walks. More: moves are noticed
   * sooner, and told that never come. On recorded walks half a second brought the delay from 2.5 s to 1 with as many moves
   * told; a whole second told a third more of them in the cells of gateways. Velocity is too unsure for it without a survey.
   */
  surveyedAheadSeconds: number;
  /**
   * Back into the zone just left takes this much; within `returnSeconds` it falls to `moveShare`. Both: against to and fro.
   * In simulated halls, 120 s halved the moves of tags that stand 1.5 m from an edge, against 30 s; on recorded walks strips
   * and quadrants were alike, the cells of gateways without a survey fell from .58 to .55.
   */
  returnShare: number;
  returnSeconds: number;
  /** Out of all zones takes this share. */
  nowhereShare: number;
  /** First zone at once where it holds this much; after `LOCATED_COUNTED` seconds the one that holds most. */
  firstShare: number;

  /**
   * Not heard for this long: out of the zone. A logged Android phone lay beside a beacon that never moved and was not heard
   * for up to 96 s at a time, so anything below 97 s makes exits of nothing. Longer: dwell goes on for those who left unheard.
   */
  zoneAbsenceMs: number;
  /**
   * Not heard for this long: the visit is over, as of the last hearing. Phones in pockets fall silent for minutes;
   * Cisco Spaces waits 10 min, Home Assistant's companion 2. Shorter: a second visit after a quiet stretch, with
   * limits per visit given anew; longer: offers stay open for people already gone.
   */
  visitAbsenceMs: number;
  /**
   * The clock of absence is the store's last report, so it stands still while all gateways are silent (Sensorberg's
   * grace). When they report again, a leap of this much more than passed since the last look counts as their pause; less is
   * how slow gateways report: Meraki about once a minute, and up to 75 s apart the clock runs true. Shorter: forgives
   * outages of less than 80 s too, and with slow gateways the clock runs at half its speed.
   */
  gatewayPauseMs: number;
  /** While a shopper is not heard, look at least this often, so that an outage of the gateways is noticed. */
  absenceLookMs: number;
  /** Whatever the gateways do, nobody stays longer than this unheard. */
  longestSilenceMs: number;

  /** In another store: heard there at least this strongly, or at all once a visit would be over by absence… */
  otherStoreRssiDbm: number;
  /**
   * …and this long after the last hearing here: nobody gets from one store to another in less, so what says so (a copied
   * or forgotten tag, the neighbours' gateway through the wall) is ignored and counted. Stores have no coordinates, so it
   * is one time for all others. Longer: stops more tags that are heard in two places; later arrival next door. A check-in
   * is made by the person and is believed, however quick they were.
   */
  minimumTravelMs: number;
}

export const defaultParameters: PresenceParameters = {
  weakestRssiDbm: -95,
  reorderMs: 3_000,
  windowSeconds: 12,
  holdSeconds: 3,
  floorDbm: -100,
  anchorsKept: 8,
  firstZone: [
    { heardSeconds: 2, leadDb: 12 },
    { heardSeconds: 3, leadDb: 7 },
    { heardSeconds: 4, leadDb: 0 },
  ],
  firstZonePatienceSeconds: 3,
  moveAllowanceDb: 5,
  moveClipDb: 15,
  moveEvidenceDb: 36,
  levelTrust: 0.6,
  unsurveyedTrust: 1,
  packetDeviationDb: 4.5,
  placeDeviationDb: 3,
  tagDeviationDb: 1,
  walkingSpeed: 0.55,
  walkingSeconds: 12,
  swayMetres: 0.2,
  moveShare: 0.7,
  moveLeast: 0.3,
  surveyedAheadSeconds: 0.5,
  returnShare: 0.98,
  returnSeconds: 120,
  nowhereShare: 0.9,
  firstShare: 0.6,
  zoneAbsenceMs: 100_000,
  visitAbsenceMs: 300_000,
  gatewayPauseMs: 50_000,
  absenceLookMs: 30_000,
  longestSilenceMs: 14_400_000,
  otherStoreRssiDbm: -75,
  minimumTravelMs: 60_000,
};

// Layouts are immutable, so what one sets is read once.
const parametersOfLayouts = new WeakMap<StoreLayout, PresenceParameters>();

/** How presence is tuned in a store: as usual, but for what its document says (`presence`). */
export function parametersOf(layout: StoreLayout): PresenceParameters {
  if (layout.presence === undefined) return defaultParameters;
  let parameters = parametersOfLayouts.get(layout);
  if (parameters === undefined) {
    parameters = tuned(layout.presence);
    parametersOfLayouts.set(layout, parameters);
  }
  return parameters;
}

function tuned(set: NonNullable<StoreLayout['presence']>): PresenceParameters {
  const usual = defaultParameters;
  const ms = (seconds: number | undefined, usualMs: number): number =>
    seconds === undefined ? usualMs : seconds * SECOND_MS;
  return {
    ...usual,
    weakestRssiDbm: set.weakestRssiDbm ?? usual.weakestRssiDbm,
    zoneAbsenceMs: ms(set.zoneAbsenceSeconds, usual.zoneAbsenceMs),
    visitAbsenceMs: ms(set.visitAbsenceSeconds, usual.visitAbsenceMs),
    moveEvidenceDb: set.moveEvidenceDb ?? usual.moveEvidenceDb,
    moveShare: set.moveShare ?? usual.moveShare,
    walkingSpeed: set.walkingSpeedMetresPerSecond ?? usual.walkingSpeed,
    tagDeviationDb: set.tagDeviationDb ?? usual.tagDeviationDb,
    otherStoreRssiDbm: set.otherStoreRssiDbm ?? usual.otherStoreRssiDbm,
    minimumTravelMs: ms(set.minimumTravelSeconds, usual.minimumTravelMs),
  };
}
