/** The catalogue's entries on guardrails: GuardrailPolicies, admission policies and their bindings. */
import type { Entries } from './entry.ts';
import { error, info, warning } from './entry.ts';

export const guardrails: Entries = [
  error(
    'guardrail.version',
    'A version that is not served',
    'The kind has no such version.',
    'Write the version that the message names.',
  ),
  error(
    'guardrail.policy',
    'A policy that does nothing',
    'The policy has nothing to check or change, or nothing to match, or its name is none.',
    'Add what the message names.',
  ),
  error(
    'guardrail.binding',
    'A binding that binds nothing',
    'A binding names one policy, at least one action, and its parameter by name or by selector.',
    'Correct what the message names.',
  ),
  error(
    'guardrail.match',
    'Match constraints that Kubernetes refuses',
    'Groups, versions, operations and resources each name at least one, and a wildcard stands alone.',
    'Correct the list that the message names.',
  ),
  error(
    'guardrail.name',
    'A name that cannot be one',
    'Conditions and annotations have qualified names, variables are identifiers of CEL.',
    'Correct the name.',
  ),
  error(
    'guardrail.duplicate',
    'A name given twice',
    'Conditions and annotations are told apart by their names.',
    'Rename one of them.',
  ),
  error(
    'guardrail.expression',
    'An empty expression',
    'An expression is missing.',
    'Write it, or remove what it belongs to.',
  ),
  error(
    'guardrail.message',
    'A message that cannot be shown',
    'A message is one line that is not blank.',
    'Write one line, or leave it out.',
  ),
  error(
    'guardrail.mutation',
    'A mutation of two sorts or none',
    'patchType says which of applyConfiguration and jsonPatch is given.',
    'Give exactly the one that patchType names.',
  ),
  warning(
    'guardrail.unbound',
    'A policy without its binding, or a binding without its policy',
    'A policy of Kubernetes has no effect without a binding that names it, nor a binding without its policy.',
    'Add what is missing, or write a GuardrailPolicy, which is its own binding.',
  ),
  warning(
    'guardrail.params',
    'A parameter that there is not',
    'The binding asks for a parameter that is not among the rules, or of a policy that takes none. Depending on parameterNotFoundAction all that matches is refused, or nothing is judged.',
    'Add the parameter, or correct paramRef.',
  ),
  warning(
    'guardrail.failsOpen',
    'An error lets in',
    'With failurePolicy: Ignore what an expression fails on passes; who writes the object can often make it fail, for example by leaving a field out.',
    'Use failurePolicy: Fail and guard optional fields with has() or ?.',
  ),
  warning(
    'guardrail.unprotectedLabel',
    'A rule that an author can step out of',
    'A selector decides by a label that is not protected, so who writes the label decides whether the rule applies.',
    'Select by protected labels, or write match conditions on what matters.',
  ),
  error(
    'guardrail.neverMatches',
    'A rule that never applies',
    'Its resource rule is excluded again, asks for the wrong scope, or a match condition is always false.',
    'Correct or remove it.',
  ),
  warning(
    'guardrail.unknownResource',
    'A resource that there is not',
    'The API group has no such resource, so the rule matches nothing. Resources are plurals in lower case.',
    'Write the resource that is suggested.',
  ),
  warning(
    'guardrail.matchesEverything',
    'A rule about everything',
    'It is asked about every request, also about leases, events and access reviews, which are most of them; an error in it stops the cluster.',
    'Name the groups and resources.',
  ),
  warning(
    'guardrail.shadowed',
    'A resource rule that adds nothing',
    'Another resource rule matches all that it matches.',
    'Remove it.',
  ),
  warning(
    'guardrail.constant',
    'An expression that is always true',
    'It reads nothing of the request, so it checks or excludes nothing.',
    'Remove it, or write what is meant.',
  ),
  info(
    'guardrail.alwaysRefuses',
    'A validation that always fails',
    'It refuses whatever matches. That can be meant: the matching is then the rule.',
    'Nothing, if that is meant.',
  ),
  warning(
    'guardrail.repeated',
    'An expression written twice',
    'It says what another one says; most often one of the two was to be changed after copying.',
    'Change or remove one of them.',
  ),
  warning(
    'guardrail.unusedVariable',
    'A variable that nobody reads',
    'No expression reads it; it is not even computed.',
    'Remove it.',
  ),
  warning(
    'guardrail.costly',
    'An expression that may run out of budget',
    'With lists, maps and texts of 64 items it would cost more than an expression may, and then it fails: with failurePolicy: Fail a large but legitimate object is refused.',
    'Loop over less, keep loops beside each other instead of inside each other, compute a list once in a variable.',
  ),
  info(
    'guardrail.noMessage',
    'A refusal without words',
    'A refused user reads the expression.',
    'Write message or messageExpression: what is wrong, and what would be right.',
  ),
];
