import type { CodeExplanations } from './explanation.ts'

/** Codes of the configuration, of plugins and of the framework itself. */
export const buildingCodes: CodeExplanations = {
  ARGUMENT_MISSING: {
    means: 'A command or a query needs an argument that was not given.',
    example: 'heddle run task',
    repair: 'Give it as the usage line shows: `heddle run COMMAND --help`.',
  },
  ARGUMENT_UNKNOWN: {
    means: 'A command was given an argument that it does not have.',
    example: 'heddle run task --componnt src/a.ts',
    repair: '`heddle run COMMAND --help` shows its arguments.',
  },
  ARGUMENT_WRONG: {
    means: 'An argument has a value that cannot be meant.',
    example: '/api/search?limit=many',
    repair: 'Correct the value; the message says what it may be.',
  },
  COLLECTION_OPEN: {
    means: 'A plugin collects what others contribute while plugins are still being applied.',
    example: 'context.collect(facts) called in apply() itself.',
    repair: 'Collect inside a hook: by then all have contributed.',
  },
  CONFIG_BROKEN: {
    means: 'The configuration cannot be loaded.',
    example: 'heddle.config.ts that imports a package which is not installed, or throws.',
    repair: 'Mend it. `--no-config` runs without it, and runs none of its code.',
  },
  CONFIG_CYCLE: {
    means: 'Configurations extend each other in a ring.',
    example: 'base.ts extends heddle.config.ts, which extends base.ts.',
    repair: 'Take one of the "extends" out.',
  },
  CONFIG_LIMIT: {
    means: 'The configuration extends more files, or over more steps, than are read.',
    example: 'A generated chain of presets.',
    repair: 'Put what belongs together into fewer files.',
  },
  CONFIG_KEY: {
    means: 'The configuration has a key that does not exist, or that plain JSON may not set.',
    example: 'concurency: {}',
    repair: 'Write the key that the hint names; what needs code stands in heddle.config.ts.',
  },
  CONFIG_MISSING: {
    means: 'The configuration that was named does not exist.',
    example: '--config conf/heddle.ts',
    repair: 'Name a file, or leave --config out.',
  },
  CONFIG_TWICE: {
    means: 'There are two configurations, and neither is the right one.',
    example: 'heddle.config.ts beside heddle.config.json.',
    repair: 'Keep one of them.',
  },
  CONFIG_VALUE: {
    means: 'A key of the configuration has a value that cannot be used.',
    example: "deadlineMs: 'long'",
    repair: 'Correct the value; the message names the key and what is expected.',
  },
  CONTEXT_BUDGET: {
    means: 'A budget of tokens was asked for that cannot be.',
    example: 'heddle context @commands/task --budget 0',
    repair: 'Write a whole number of tokens.',
  },
  CONTEXT_CUT: {
    means: 'A part did not fit into the budget and was left out. Every cut is named.',
    example: 'heddle context @commands/task --budget 5000, and its closure has 20 000 tokens.',
    repair: 'Raise the budget, ask for less, or give what matters a higher priority.',
  },
  CONTEXT_INVALIDATED: {
    means: 'So much of the previous output changed that more of it must be read again than is allowed.',
    example: 'An edit in a module that stands at the beginning of the context.',
    repair: 'Put what changes often last, or allow more ("context.maxInvalidated").',
  },
  CONTRIBUTIONS_DIFFER: {
    means: 'Plugins contribute different values to a field in which they must agree.',
    example: "Two plugins name two test runners, and the collection says runner: 'error'.",
    repair: 'Take all but one of them out, or configure them alike.',
  },
  DENY_RULE: {
    means: 'A rule of "deny" closes nothing that could ever be asked for, so it is a mistake.',
    example: "deny: ['../secrets/**']",
    repair: 'Write a glob of paths below the root, such as "secrets/**".',
  },
  FILE_EXISTS: {
    means: 'What is to be made stands there already. Nothing is ever overwritten.',
    example: 'heddle new command review, and .heddle/commands/review.md exists.',
    repair: 'Choose another name, or remove it first.',
  },
  FRAMEWORK_DISPOSED: {
    means: 'The framework was asked something after dispose().',
    example: 'await framework.dispose(); await framework.check()',
    repair: 'Make a new one with createFramework().',
  },
  MOUNT_TWICE: {
    means: 'Two file systems are mounted at one path.',
    example: "mountFiles({ 'a': one, './a': other })",
    repair: 'Mount each at a path of its own.',
  },
  PLUGIN_API: {
    means: 'A plugin is written for another version of Heddle, or names no range of versions.',
    example: "apiRange: '^2.0.0' under Heddle 0.1.0.",
    repair: 'Install a version of the plugin, or of Heddle, that fits the other.',
  },
  PLUGIN_CYCLE: {
    means: 'Plugins wait for each other, so that there is no order for them.',
    example: "a has after: ['b'], and b has after: ['a'].",
    repair: 'Remove one "after", "before" or "dependsOn".',
  },
  PLUGIN_DUPLICATE: {
    means: 'Two plugins have one name.',
    example: 'plugins: [tdd(), tdd()]',
    repair: 'Take one of them out, or rename it.',
  },
  PLUGIN_EXIT: {
    means:
      'A plugin or a configuration called process.exit() on the command line, where only Heddle ends its process.',
    example: 'process.exit(1) in a validate hook.',
    repair: 'Let it throw an error instead.',
  },
  PLUGIN_FILTER: {
    means: 'The filter of a plugin has a glob that is refused.',
    example: "filter: { path: '*a*b*c*d*e*f*g*h*i*j*k*l*m*n*o*p*q' }",
    repair: 'Write a shorter pattern, or several.',
  },
  PLUGIN_OPTIONS: {
    means: 'A plugin was given options that it does not take.',
    example: "tdd({ threshold: 'high' })",
    repair: 'Correct them in the configuration; the message names the option.',
  },
  ROOT_MISSING: {
    means: 'The root is no folder.',
    example: "createFramework({ root: 'gone' })",
    repair: 'Name a folder that exists.',
  },
  TOKENIZER_MISSING: {
    means: 'Tokens are to be counted by a package that is not installed.',
    example: 'heddle context … --tokenizer gpt-tokenizer',
    repair:
      'Install the package, or leave the option out: then tokens are estimated, and the output says so.',
  },
  USAGE: {
    means: 'The command line was not used as it can be.',
    example: 'heddle list everything',
    repair: 'Read `heddle COMMAND --help`.',
  },
}
