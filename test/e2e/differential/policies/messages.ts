// What a refused user reads, and with which reason.
import { type PolicyCase, check, validating } from '../case.ts';
import { createPod } from '../setting.ts';

const pod = [createPod({ labels: { app: 'web' } })];
const says = (name: string, more: Readonly<Record<string, unknown>>, expression = 'false'): PolicyCase =>
  validating(name, check(expression, more), pod);

export const messages: readonly PolicyCase[] = [
  says('no message: the expression', {}, ' object.spec.containers.size()  >  1 '),
  says('no message: an expression of two lines', {}, 'object.spec\n  .containers.size() > 1'),
  says('a message with blanks around it', { message: '  told  ' }),
  says('a message with quotes', { message: `it's "told" with \\ and <b> & %s` }),
  says('a message beyond ASCII', { message: 'größer als 2 — naïve 🚫' }),
  says('reason Forbidden', { message: 'no', reason: 'Forbidden' }),
  says('reason Invalid', { message: 'no', reason: 'Invalid' }),
  says('reason RequestEntityTooLarge', { message: 'no', reason: 'RequestEntityTooLarge' }),
  says('reason Unauthorized', { message: 'no', reason: 'Unauthorized' }),
  says('a messageExpression', {
    messageExpression: '"pod " + object.metadata.name + " in " + request.namespace',
  }),
  says('a messageExpression with blanks', { message: 'no', messageExpression: '"  padded  "' }),
  says('a blank messageExpression result', { message: 'no', messageExpression: '" "' }),
  says('an empty messageExpression result', { messageExpression: '""' }),
  says('a messageExpression of two lines', { message: 'no', messageExpression: '"a\\nb"' }),
  says('a messageExpression with a line break at its end', { message: 'no', messageExpression: '"a\\n"' }),
  says('a messageExpression with a carriage return', { message: 'no', messageExpression: '"a\\rb"' }),
  says('a messageExpression with a tab', { message: 'no', messageExpression: '"a\\tb"' }),
  says('a messageExpression that fails', { message: 'no', messageExpression: 'object.spec.nothing + "x"' }),
  says('a messageExpression that fails, and no message', {
    messageExpression: 'string(object.spec.nothing)',
  }),
  says('a messageExpression of 5120 bytes', {
    message: 'no',
    messageExpression: 'lists.range(512).map(i, "0123456789").join("")',
  }),
  says('a messageExpression of 5121 bytes', {
    message: 'no',
    messageExpression: 'lists.range(512).map(i, "0123456789").join("") + "x"',
  }),
  says('a messageExpression of 5121 bytes with blanks', {
    message: 'no',
    messageExpression: 'lists.range(512).map(i, "0123456789").join("") + " "',
  }),
  says('a messageExpression with format', {
    messageExpression:
      '"%s has %d containers, %.2f, %t, %s, %x".format([object.metadata.name, object.spec.containers.size(), 1.5, true, [1, 2], 255])',
  }),
  says('a messageExpression with format of a map', {
    messageExpression: '"%s".format([{"b": 1, "a": [true, null, 2.0, "x"]}])',
  }),
  says('a messageExpression with times', {
    messageExpression: '"%s %s".format([duration("90m"), timestamp("2024-01-02T03:04:05Z")])',
  }),
  says('a messageExpression that joins', {
    messageExpression: 'object.spec.containers.map(c, c.name + "=" + c.image).join(", ")',
  }),
  says('a messageExpression that converts', {
    messageExpression:
      'string(1.0) + " " + string(1e21) + " " + string(3u) + " " + string(-1) + " " + string(b"x") + " " + string(true)',
  }),
  says('a messageExpression that quotes', { messageExpression: 'strings.quote("a\\"b\\n\\u00e9")' }),
  says('a messageExpression of a quantity', {
    messageExpression:
      'string(quantity("1.5Gi").asApproximateFloat()) + " " + string(quantity("2k").asInteger())',
  }),
  says(
    'a messageExpression of a label that is there',
    { messageExpression: 'object.metadata.labels.app' },
    'false || false',
  ),
  says('a messageExpression beyond ASCII', { messageExpression: '"é🚫".lowerAscii() + "Ä".upperAscii()' }),
  says('a messageExpression with a ternary', {
    messageExpression: 'has(object.spec.nodeName) ? "on a node" : "nowhere"',
  }),
  validating(
    'the first of several messages',
    {
      validations: [
        { expression: 'true', message: 'first' },
        { expression: 'false', message: 'second' },
        { expression: 'false', message: 'third' },
      ],
    },
    pod,
  ),
  validating(
    'an error before a failure',
    { validations: [{ expression: 'object.spec.nothing == 1' }, { expression: 'false', message: 'second' }] },
    pod,
  ),
  validating(
    'a failure before an error',
    { validations: [{ expression: 'false', message: 'first' }, { expression: 'object.spec.nothing == 1' }] },
    pod,
  ),
  validating(
    'reasons of several: the first one counts',
    {
      validations: [
        { expression: 'false', message: 'a', reason: 'Forbidden' },
        { expression: 'false', message: 'b', reason: 'RequestEntityTooLarge' },
      ],
    },
    pod,
  ),
  validating(
    'a messageExpression that reads variables',
    {
      variables: [{ name: 'n', expression: 'object.spec.containers.size()' }],
      validations: [{ expression: 'variables.n > 3', messageExpression: '"only " + string(variables.n)' }],
    },
    pod,
  ),
  validating(
    'a messageExpression that exhausts the budget',
    {
      validations: [
        {
          expression: 'false',
          message: 'no',
          messageExpression:
            'string(lists.range(1000).map(i, lists.range(1000).map(j, lists.range(100)).size()).size())',
        },
      ],
    },
    pod,
  ),
  validating(
    'a messageExpression that exhausts the budget, of a validation that holds',
    {
      validations: [
        {
          expression: 'true',
          message: 'no',
          messageExpression:
            'string(lists.range(1000).map(i, lists.range(1000).map(j, lists.range(100)).size()).size())',
        },
      ],
    },
    pod,
  ),
];
