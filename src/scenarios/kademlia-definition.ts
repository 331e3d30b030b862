// How scenarios write Kademlia.

import { KademliaDiscovery } from "../protocol/kademlia-discovery.js";
import { CONTACTS_MAX, PARTS_MAX } from "../protocol/kademlia-messages.js";
import { KADEMLIA_DEFAULTS } from "../protocol/kademlia-options.js";
import type { KademliaOptions } from "../protocol/kademlia-options.js";
import { defineProtocol } from "./protocol-definition.js";
import type { OptionProblem } from "./protocol-definition.js";
import { formatDuration } from "./units.js";
import { duration, positiveDuration, wholeNumber } from "./written-values.js";

type KademliaChoices = Omit<KademliaOptions, "contacts" | "startPeers">;

/** Discovery by distance. */
export const kademliaDefinition = defineProtocol({
  slot: "discovery",
  name: "kademlia",
  description:
    "A distributed hash table: nodes are found by the distance of their ids, values by their keys.",
  usesDatagrams: true,
  keyDistance: "xor",
  shape: {
    k: wholeNumber({ min: 1, max: CONTACTS_MAX * PARTS_MAX })
      .prefault(KADEMLIA_DEFAULTS.bucketSize)
      .describe("Contacts of a bucket, nodes that a lookup finds, copies of a value."),
    alpha: wholeNumber({ min: 1, max: 100 })
      .prefault(KADEMLIA_DEFAULTS.parallelRequests)
      .describe("Requests of a lookup under way at once. More are faster past the dead."),
    disjointPaths: wholeNumber({ min: 1, max: 32 })
      .prefault(KADEMLIA_DEFAULTS.disjointPaths)
      .describe(
        "Ways of a lookup that share no node (S/Kademlia). Each costs as much as a lookup.",
      ),
    answer: positiveDuration
      .prefault(formatDuration(KADEMLIA_DEFAULTS.answerMicros))
      .describe("How long an answer may take."),
    failures: wholeNumber({ min: 1, max: 100 })
      .prefault(KADEMLIA_DEFAULTS.failuresMax)
      .describe("Unanswered requests in a row after which a contact is asked no more."),
    refresh: duration
      .prefault(formatDuration(KADEMLIA_DEFAULTS.refreshMicros))
      .describe("Between two refreshes of the buckets; 0s for none. Longer saves requests."),
    republish: duration
      .prefault(formatDuration(KADEMLIA_DEFAULTS.republishMicros))
      .describe("After which a holder hands values on to who is nearest; 0s for never."),
    expire: positiveDuration
      .prefault(formatDuration(KADEMLIA_DEFAULTS.expireMicros))
      .describe("How long a value lasts after its publisher last spoke of it."),
    valuesMax: wholeNumber({ min: 1, max: 1_000_000 })
      .prefault(KADEMLIA_DEFAULTS.valuesMax)
      .describe("Values kept for others. Up to 1.3 kB each."),
  },
  options: (written): KademliaChoices => ({
    bucketSize: written.k,
    parallelRequests: written.alpha,
    disjointPaths: written.disjointPaths,
    answerMicros: written.answer,
    failuresMax: written.failures,
    refreshMicros: written.refresh,
    republishMicros: written.republish,
    expireMicros: written.expire,
    valuesMax: written.valuesMax,
  }),
  overlays: ({ refreshMicros, expireMicros }) => [
    {
      overlay: "members",
      membership: "partial",
      viewSize: null,
      isSymmetric: false,
      periodMicros: refreshMicros > 0 ? refreshMicros : expireMicros,
    },
  ],
  check: (choices) => refreshProblem(choices) ?? expiryProblem(choices),
  create: (options, { contacts, startPeers }) =>
    new KademliaDiscovery({ ...options, contacts, startPeers }),
});

function refreshProblem({ refreshMicros, answerMicros }: KademliaChoices): OptionProblem | null {
  if (refreshMicros === 0 || refreshMicros > answerMicros) return null;
  return {
    option: "refresh",
    message: `${formatDuration(refreshMicros)} is not above answer, ${formatDuration(answerMicros)}`,
    expected: "time to hear from whom is asked, or 0s for no refresh",
    remedy: "raise refresh, or lower answer",
  };
}

function expiryProblem({ republishMicros, expireMicros }: KademliaChoices): OptionProblem | null {
  if (republishMicros < expireMicros) return null;
  return {
    option: "republish",
    message: `${formatDuration(republishMicros)} is not below expire, ${formatDuration(expireMicros)}`,
    expected: "values handed on before they expire, or 0s for never",
    remedy: "lower republish, or raise expire",
  };
}
