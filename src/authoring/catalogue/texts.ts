/** The catalogue's entries on texts that cannot be read and values that do not follow their schema. */
import type { Entries } from './entry.ts';
import { error } from './entry.ts';

export const texts: Entries = [
  error(
    'document.syntax',
    'Broken YAML or JSON',
    'The text cannot be parsed; what follows the place was not looked at.',
    'Mend the line that is named; most often an indentation, a missing colon or a quote that is never closed.',
  ),
  error('document.encoding', 'Not UTF-8', 'The file is not UTF-8 text.', 'Save it as UTF-8.'),
  error(
    'document.duplicateKey',
    'A key written twice',
    'One mapping has the same key twice; readers differ in which of the two counts.',
    'Keep one of them.',
  ),
  error(
    'document.key',
    'A key that is no word',
    'A key is a list, a mapping, empty or a broken number; JSON has only words for keys. Also told where << is given something that is no mapping.',
    'Put quotes around the key.',
  ),
  error(
    'document.alias',
    'An alias without its anchor',
    'An alias names no anchor before it, stands inside its own anchor, or aliases multiply beyond what anybody writes.',
    'Define the anchor first, or write the value out.',
  ),
  error(
    'document.tag',
    'A tag that does not fit',
    "Only YAML's own tags for plain values are understood, and only where they agree with the value.",
    'Leave the tag out.',
  ),
  error(
    'document.number',
    'A number that cannot be kept',
    'The number is larger or more exact than JSON can carry, so it would silently become another.',
    'Quote it if it is meant as text.',
  ),
  error(
    'document.depth',
    'Nested too deeply',
    'The document nests beyond what any object of Kubernetes has.',
    'Flatten it.',
  ),
  error(
    'document.list',
    'A kind that is told too late',
    'A long text is read item by item, and this one names the kind of its list, or that it is none, only behind the items.',
    'Write kind before items.',
  ),
  error(
    'schema.type',
    'A value of the wrong type',
    'The field wants another type than it was given.',
    'Write what is expected; quotes make text of a number, and their absence a number of text.',
  ),
  error(
    'schema.required',
    'A missing field',
    'The object lacks a field that it must have.',
    'Add the field.',
  ),
  error(
    'schema.unknownField',
    'An unknown field',
    'There is no such field here. It would be ignored, which for a rule means: not enforced.',
    'Correct the name as suggested, or move the field to where it belongs.',
  ),
  error(
    'schema.choice',
    'A value that is not among the choices',
    'The field takes only certain words.',
    'Write one of those that are listed.',
  ),
  error(
    'schema.format',
    'A value of the wrong form',
    'The text does not have the form that the field wants.',
    'Write it as the message shows.',
  ),
  error(
    'schema.range',
    'A number out of range',
    'The number is smaller or larger than the field takes.',
    'Choose one within the range.',
  ),
  error(
    'schema.size',
    'Too many, too few or too long',
    'A list or a text has more or fewer items or characters than the field takes.',
    'Split it, or add what is missing.',
  ),
  error(
    'schema.duplicate',
    'An item given twice',
    'The list may hold each item only once.',
    'Keep one of them.',
  ),
  error(
    'config.document',
    'Not one Configuration',
    'A configuration is one document of kind Configuration.',
    'Keep one document, of the kind that the message names.',
  ),
  error(
    'config.conflict',
    'Settings that exclude each other',
    'Two settings are each well formed but do not go together.',
    'Change one of the two that are named.',
  ),
  error(
    'config.missing',
    'A setting that another one needs',
    'A setting has no effect without another.',
    'Give the other setting too.',
  ),
  error(
    'config.setting',
    'A setting from outside that cannot be read',
    'An environment variable or a flag gives a value that its setting does not take.',
    'Correct the variable or the flag.',
  ),
  error(
    'cluster.cidr',
    'A range of the cluster that is no CIDR',
    'A range in cluster is not a CIDR in canonical form.',
    'Write it as 10.244.0.0/16 or fd00:10:244::/56, host bits zero.',
  ),
  error(
    'cluster.nat64',
    'A NAT64 prefix of another length',
    'Only prefixes of length 96 hold an IPv4 address in their low bits.',
    'Write an IPv6 block of length 96.',
  ),
];
