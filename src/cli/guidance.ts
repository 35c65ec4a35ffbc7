/** What `bulkhead --help` says around the list of commands. */

export const opening =
  "Proves that every NetworkPolicy, Namespace and Pod stays inside its tenant's network boundary,\n" +
  'or shows the packet that would get out.';

export const closing = `
Results go to standard output, diagnostics to standard error. Exit codes:
  0    fine
  1    something is denied, a test failed, a regression was found
  2    the command line, a file or a rule is wrong, or could not be read
  3    the cluster cannot be reached
  130  interrupted

Environment:
  BULKHEAD_CONFIG       the configuration file, where --config names none
  BULKHEAD_SECTION_KEY  overrides a setting of that file, e.g. BULKHEAD_SERVER_PORT=9443
  NO_COLOR              no colours, also on a terminal
`;
