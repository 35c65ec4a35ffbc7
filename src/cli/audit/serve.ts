/** `bulkhead audit serve`: the HTTP API over a decision log, without the webhook. */
import { Option } from '@commander-js/extra-typings';
import { describe } from '../../config/issue.ts';
import type { ReadEvent } from '../../decisions/record.ts';
import { loadOrMakeKey } from '../../decisions/integrity/keys.ts';
import { stateFiles } from '../../decisions/stateFiles.ts';
import { readInThread } from '../../decisions/query/readingThread.ts';
import { startDesk } from '../../desk/desk.ts';
import type { Desk } from '../../desk/desk.ts';
import { isLoopback } from '../../desk/fromConfig.ts';
import { gatesFor } from '../../desk/gates.ts';
import { findLog, readingChain, withLog } from './log.ts';
import type { LogOptions } from './log.ts';
import type { Definition } from '../command.ts';
import { tellIssues, tellWarning } from '../diagnostics.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export const defineServe: Definition = (command, { terminal, run }) =>
  withLog(command)
    .addOption(new Option('--address <ip>', 'the loopback address to listen on (default: 127.0.0.1)'))
    .option('--port <number>', 'the port to listen on; 0: a free one, printed (default: desk.port)')
    .addHelpText(
      'after',
      `
Readers need a token: desk.tokenFile or desk.oidc of the configuration; where neither is named, a token is made in the state directory. It
listens on loopback only: beyond that the log is served, encrypted, by bulkhead serve.

Examples:
  bulkhead audit serve --port 8444
  curl -H "Authorization: Bearer $(cat .bulkhead/desk.token)" "http://127.0.0.1:8444/api/v1/decisions?decision=denied&from=24h"`,
    )
    .action((options) => run(() => serve(options, terminal)));

interface ServeOptions extends LogOptions {
  readonly address?: string | undefined;
  readonly port?: string | undefined;
}

async function serve(options: ServeOptions, terminal: Terminal): Promise<ExitCode> {
  const refuse = (code: string, pointer: string, message: string): ExitCode => {
    tellIssues([{ code, pointer, message }], terminal);
    return 2;
  };
  const log = await findLog(options, terminal);
  if (!log.ok) {
    tellIssues(log.issues, terminal);
    return 2;
  }
  const { config, target } = log.value;
  const address = options.address ?? '127.0.0.1';
  if (!isLoopback(address))
    return refuse(
      'audit.address',
      'address',
      'is not a loopback address; use bulkhead serve with desk.address, which encrypts',
    );
  const port = options.port === undefined ? config.desk.port : Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    return refuse('audit.port', 'port', 'is no port; use 0 to 65535');
  const gates = gatesFor(config, options.state, (issues) => {
    tellWarning(`keeping the tokens in force: ${issues.map(describe).join('; ')}`, terminal);
  });
  if (!gates.ok) {
    tellIssues(gates.issues, terminal);
    return 2;
  }
  const decisions = readInThread(terminal.workerEntry, target);
  const chain = readingChain(target, loadOrMakeKey(stateFiles(options.state).keyFile));
  let desk: Desk;
  try {
    desk = await startDesk({
      address,
      port,
      gates: gates.value.gates,
      decisions,
      record: (event: ReadEvent) => chain.record(event),
      failed: (error) => {
        tellWarning(`a question failed: ${error instanceof Error ? error.message : String(error)}`, terminal);
      },
      version: terminal.version(),
    });
  } catch (error) {
    await decisions.close();
    const reason = error instanceof Error ? error.message : String(error);
    return refuse('audit.listen', 'port', `cannot listen: ${reason}; choose another --port`);
  }
  terminal.stderr.write(
    `decisions are read at ${desk.address}/api/v1/decisions, described at ${desk.address}/openapi.json\n` +
      (gates.value.made === undefined ? '' : `the token is in ${gates.value.made}\n`),
  );
  await new Promise<void>((resolve) => {
    terminal.takeSignals(() => {
      resolve();
    });
  });
  await desk.close();
  await decisions.close();
  await chain.close();
  return 0;
}
