import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'performance/address-refused': {
    means: 'No request was sent, because load is made on this machine alone.',
    example: '--url https://example.org/',
    repair: 'Start the server here and give its address, such as http://127.0.0.1:3000/.',
  },
  'performance/command-fails': {
    means: 'The command failed, so its time says nothing.',
    example: 'A script "bench" that throws.',
    repair: 'Make it succeed by itself first.',
  },
  'performance/command-refused': {
    means: 'The command is neither a script of the project nor allowed by the configuration.',
    example: 'heddle run performance "curl example.org"',
    repair: 'Name a script of package.json, or add it to the option "commands" of the plugin.',
  },
  'performance/load-errors': {
    means: 'Under load the server failed, so the latencies say little.',
    example: 'Half of the answers have the status 500.',
    repair: 'Mend that first.',
  },
  'performance/needs-shell': {
    means: 'The command can only be read by a shell, and no shell reads an argument here.',
    example: '"a && b"',
    repair: 'Make it a script of package.json, and give its name.',
  },
  'performance/no-answer': {
    means: 'The address answered nothing.',
    example: 'A server that was not started.',
    repair: 'Start the server first, in another terminal.',
  },
  'performance/not-measured': {
    means: 'One figure could not be measured; the others hold without it.',
    example: 'Memory on a system that does not tell it.',
    repair: 'Read the reason that the finding gives.',
  },
  'performance/not-on-disk': {
    means: 'No command was measured, because the project is in memory.',
    example: 'A framework over memoryFiles().',
    repair: 'Run it in a checkout of the project.',
  },
  'performance/nothing-to-measure': {
    means: 'Nothing says what is to be measured.',
    example: 'A project without scripts.',
    repair: 'Name a command or an address.',
  },
  'performance/tool-missing': {
    means: 'No load was made, because the package that makes it is not installed.',
    example: 'autocannon is no dependency.',
    repair: 'Run npm install --save-dev autocannon.',
  },
  'performance/worse': {
    means: 'A figure is worse than in the last run.',
    example: 'The build takes 30 % longer.',
    repair: 'See what changed since; the hint says where to begin.',
  },
}
