/** A visit whose shopper may be seen by associates: present with `location`, known with `clienteling`. */
export const MAY_BE_SEEN = `
  JOIN consents AS sensed ON sensed.shopper_id = visits.shopper_id AND sensed.purpose = 'location' AND sensed.granted
  JOIN consents AS known ON known.shopper_id = visits.shopper_id AND known.purpose = 'clienteling' AND known.granted`;

const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

/** What an associate gets of a profile, out of {@link PERSON_TABLES}. */
const PERSON = `shoppers.display_name AS "displayName", coalesce(loyalty_members.tier, shoppers.loyalty->>'tier') AS tier,
  CASE WHEN by_id.staff_id IS NOT NULL THEN json_build_object('staffId', by_id.staff_id, 'displayName', by_id.display_name)
       WHEN by_mail.staff_id IS NOT NULL THEN json_build_object('staffId', by_mail.staff_id, 'displayName', by_mail.display_name)
  END AS "assignedTo"`;
/** The retailer names an associate by staffId or e-mail address; both are found by index. */
const PERSON_TABLES = `
  LEFT JOIN loyalty_members ON loyalty_members.shopper_id = shoppers.shopper_id
  LEFT JOIN staff AS by_mail ON by_mail.email = lower(shoppers.assigned_associate)
  LEFT JOIN staff AS by_id
    ON by_id.staff_id = CASE WHEN shoppers.assigned_associate ~* '${UUID}' THEN shoppers.assigned_associate::uuid END`;

/** Who serves a visit, out of {@link CLAIM_TABLES}. */
const CLAIM = `visit_claims.claimed_at AS "claimedAt",
  CASE WHEN visit_claims.staff_id IS NOT NULL THEN
    json_build_object('staffId', visit_claims.staff_id, 'displayName', coalesce(claimant.display_name, '')) END AS "claimedBy"`;
const CLAIM_TABLES = `
  LEFT JOIN visit_claims ON visit_claims.visit_id = visits.visit_id
  LEFT JOIN staff AS claimant ON claimant.staff_id = visit_claims.staff_id`;

/** Where in the store they are, as the stay that is under way says it. */
const STAY = `
  LEFT JOIN LATERAL (
    SELECT zone_id, entered_at FROM stays
    WHERE stays.visit_id = visits.visit_id AND left_at IS NULL ORDER BY entered_at DESC LIMIT 1
  ) AS stay ON true`;

/** What lists and cards have in common, out of {@link SEEN_VISITS}. */
export const SEEN = `${PERSON}, ${CLAIM}, stay.zone_id AS "zoneId", stay.entered_at AS "enteredAt"`;
/** Visits whose shoppers may be seen, with who they are, who serves them and where they are. */
export const SEEN_VISITS = `visits JOIN shoppers ON shoppers.shopper_id = visits.shopper_id
  ${MAY_BE_SEEN} ${PERSON_TABLES} ${CLAIM_TABLES} ${STAY}`;

/**
 * Offers may have been made of purchases. Without `profiling` only those are told that were made since it was
 * withdrawn: they were made of nothing of the kind.
 */
export const MAY_BE_TOLD = `deliveries.created_at >= coalesce(
  (SELECT at FROM consents AS profiling
   WHERE profiling.shopper_id = deliveries.shopper_id AND profiling.purpose = 'profiling' AND NOT profiling.granted),
  '-infinity')`;
