/** The functions of meaning as expressions see them: their names, their types, and what is refused of constants at load (api.md 2). */
import type { Extension } from '../../cel/extension.ts';
import type { LiteralCheck } from '../../cel/typing/declaration.ts';
import type { Value } from '../../cel/values/value.ts';
import { readAddresses, readBlocks } from './addressList.ts';
import { readConnections, readPortNumber, readProtocol } from './portList.ts';
import { readDirection } from './direction.ts';
import { Refusal } from './refusal.ts';

/** The types of what `network.opens` and `boundary.excess` list: texts by name (flowEntry.ts). */
const flowList = 'list(map(string, string))';

/** Declares the functions; implementations come with each request (functions.ts). */
export const meaningExtensions: readonly Extension[] = [
  {
    name: 'network.isolates',
    signatures: ['(dyn, string): bool'],
    checkLiterals: checking([undefined, readDirection]),
  },
  ...['network.egressWithin', 'network.ingressWithin'].map((name) => ({
    name,
    signatures: ['(dyn, list(string)): bool', '(dyn, list(string), list(string)): bool'],
    checkLiterals: checking([undefined, readBlocks, readConnections]),
  })),
  {
    name: 'network.reaches',
    signatures: ['(dyn, string): bool', '(dyn, string, string, int): bool'],
    checkLiterals: checking([undefined, readAddresses, readProtocol, readPortNumber]),
  },
  { name: 'network.opens', signatures: [`(dyn, dyn): ${flowList}`] },
  { name: 'boundary.excess', signatures: [`(dyn): ${flowList}`] },
];

/** Reads an argument, or says in a sentence why it is none. */
type ArgumentReader = (value: Value) => unknown;

/** The first written argument that its reader refuses. */
function checking(readers: readonly (ArgumentReader | undefined)[]): LiteralCheck {
  return (values) => {
    for (const [index, value] of values.entries()) {
      const read = value === undefined ? undefined : readers[index]?.(value);
      if (read instanceof Refusal) return { index, message: read.message };
    }
    return undefined;
  };
}
