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
  /** At most so many anchors are remembered per shopper, the strongest. */
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

  /** Not heard for this long: out of the zone. Shorter: sooner out; longer: pockets and slow advertisers (seen: 96 s) make no exit. */
  zoneAbsenceMs: number;
  /**
   * Not heard for this long: the visit is over, as of the last hearing. Phones in pockets fall silent for minutes;
   * Cisco Spaces waits 10 min, Home Assistant's companion 2. Shorter: a second visit after a quiet stretch, with
   * limits per visit given anew; longer: offers stay open for people already gone.
   */
  visitAbsenceMs: number;
  /**
   * The clock of absence is the store's last report, so it stands still while all gateways are silent (Sensorberg's
   * grace). When they report again, a leap of this much more than really passed counts as their pause; less is how
   * slow gateways report (Meraki once a minute). Shorter: forgives brief outages too; longer: a truer clock with slow ones.
   */
  gatewayPauseMs: number;
  /** While a shopper is not heard, look at least this often, so that an outage of the gateways is noticed. */
  absenceLookMs: number;
  /** Whatever the gateways do, nobody stays longer than this unheard. */
  longestSilenceMs: number;

  /** In another store: heard there at least this strongly… */
  otherStoreRssiDbm: number;
  /** …and not heard here for this long. Longer: neighbours that hear each other's shoppers never quarrel; later arrival. */
  otherStoreQuietMs: number;
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
  zoneAbsenceMs: 60_000,
  visitAbsenceMs: 300_000,
  gatewayPauseMs: 30_000,
  absenceLookMs: 30_000,
  longestSilenceMs: 14_400_000,
  otherStoreRssiDbm: -75,
  otherStoreQuietMs: 3_000,
};
