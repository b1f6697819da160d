import type { CodeExplanations } from './explanation.ts'

/** Codes of planning and running commands. */
export const runningCodes: CodeExplanations = {
  ABORT_IGNORED: {
    means: 'An operation was stopped and went on all the same. What it still does has no effect on the run.',
    example: 'A kind of a plugin that loops without looking at its signal.',
    repair: 'Let the kind look at context.signal, or hand it on to what it awaits.',
  },
  BUDGET_SPENT: {
    means: 'The run was not done within the time that it was given; what had not begun was skipped.',
    example: 'heddle run protocol --budget 10',
    repair: 'Give it more time, or less to do. `heddle run --resume` goes on where it ended.',
  },
  CANCELLED: {
    means: 'The run was ended from outside before it was done.',
    example: 'Ctrl-C, or the abort of a signal.',
    repair: 'Run the command again, or go on with `heddle run --resume`.',
  },
  CLAIM_EXCEEDED: {
    means:
      'A program changed something on the disk that its operation had not claimed, so that what ran beside it may have seen it.',
    example: 'A linter with --fix that claims writes: [].',
    repair: 'Add the path to the claims of the operation (writes, or scratch for caches and reports).',
  },
  CLAIMS_UNCHECKED: {
    means:
      'Whether a program changed only what it claimed was not looked at, because the project has too many files.',
    example: 'A checkout with some hundred thousand files that git does not ignore.',
    repair: "Use the isolation 'overlay', which knows without looking, or let git ignore what is generated.",
  },
  COMMAND_EMPTY: {
    means: 'The command plans nothing: no module that it needs names a pattern or declares groups.',
    example: 'heddle run notes, where notes.md is plain text.',
    repair: 'Add the key "pattern" or "groups" to the command or to a module that it needs.',
  },
  COMMAND_FAILED: {
    means: 'A program ended with a code other than 0. Its output is kept in the report.',
    example: 'bash("exit 3")',
    repair: 'Read its output: `heddle runs show ID`.',
  },
  COMMAND_INVALID: {
    means: 'A program cannot be started as it is written.',
    example: 'A name with a null byte, or more arguments than the machine takes.',
    repair: 'Check the program and its arguments; long ones go into a file or to standard input.',
  },
  COMMAND_NOT_EXECUTABLE: {
    means: 'The file is there and may not be executed, or is no program.',
    example: 'A script without the executable bit.',
    repair: 'Make it executable, or run it with its interpreter.',
  },
  COMMAND_NOT_FOUND: {
    means: 'The program is not on PATH.',
    example: 'pytest where only python3 -m pytest works.',
    repair: 'Install it, or write its path. In a test framework: add it to `programs`.',
  },
  COMMAND_UNKNOWN: {
    means: 'There is no command of this name.',
    example: 'heddle run tsk',
    repair: '`heddle list commands` shows all; a command is a markdown file in a folder "commands".',
  },
  COMMAND_YIELDS: {
    means: "The project's own command of this name says nothing of a pattern, so the built-in one runs.",
    example: '.claude/commands/task.md, written for an agent.',
    repair: 'Add the key "pattern" to your own command, if it is to run.',
  },
  CONDITION_FAILED: {
    means: 'The condition of a group threw, so its operations were not run.',
    example: 'when: (outcomes) => outcomes[9].output.files, with three outcomes.',
    repair: 'Mend the plugin that made the group.',
  },
  CONFLICT: {
    means:
      'Somebody changed a file after it was read, so that writing would have lost the change. Nothing was written.',
    example: 'An editor saved src/a.ts while a run was to write it.',
    repair: 'Run it again. What the run would have written is kept below .heddle/state/conflicts.',
  },
  DEPENDENCY_FAILED: {
    means: 'The operation was skipped because one that it needs failed.',
    example: 'The group "report" needs "tests", and a test could not be started.',
    repair: 'Repair the failure that the finding names.',
  },
  EDIT_AMBIGUOUS: {
    means: 'The text that is to be replaced stands there more than once.',
    example: "edit({ path: 'a.ts', old: 'x', new: 'y' }) in a file with many x.",
    repair: 'Give more of the text around it, or set "all".',
  },
  EDIT_NO_MATCH: {
    means: 'The text that is to be replaced does not stand there.',
    example: 'Tabs in the file, spaces in "old".',
    repair: 'Copy the text exactly, white space included.',
  },
  EXECUTOR_UNKNOWN: {
    means: 'The run was to be carried out by an executor that no plugin gives.',
    example: 'heddle run task --executor queue, without the plugin.',
    repair: 'Name one that is there, or add the plugin.',
  },
  EXPAND_FAILED: {
    means: 'A group that grows by what it finds threw while it grew.',
    example: 'expand() that expects an output which the first operation did not give.',
    repair: 'Mend the plugin that made the group.',
  },
  FOLDER_MISSING: {
    means: 'The folder to run a program in does not exist.',
    example: "bash({ command: 'ls', cwd: 'gone' })",
    repair: 'Name a folder of the project.',
  },
  GATE_FAILED: {
    means: 'A gate could not judge, because its check threw. It counts as not passed.',
    example: 'check: (_, result) => result.coverage.percent > 80, with no coverage.',
    repair: 'Mend the plugin; a gate that has nothing to judge gives undefined.',
  },
  GATE_NOT_PASSED: {
    means:
      'A gate judged the run, and it did not pass. A blocking gate makes it failed, a conditional one partial.',
    example: '"tests-pass" of `heddle run task` while a test fails.',
    repair:
      'Mend what the gate looks at; the hint says what that is. Its severity is declared by the module of the pattern.',
  },
  GLOB_LIMIT: {
    means: 'A pattern is longer or has more wildcards than are matched: such patterns can take for ever.',
    example: '**/{a,b}*{c,d}* with sixty-five alternatives.',
    repair: 'Write a shorter pattern, or several.',
  },
  INPUT_INVALID: {
    means: 'An operation was given an input that its kind does not take.',
    example: 'read(42)',
    repair: 'Correct the operation; the message names the field.',
  },
  ISOLATION_UNAVAILABLE: {
    means: 'What was to hold programs is not to be had on this machine.',
    example: "bash: { isolation: 'namespace' } in a container without user namespaces.",
    repair: "Allow user namespaces, or set the isolation 'none'.",
  },
  KIND_INVALID: {
    means: 'A kind of operation cannot say what it touches.',
    example: 'claims() that throws for an input that its schema allows.',
    repair: 'Correct the claims of the kind.',
  },
  KIND_UNKNOWN: {
    means: 'No plugin gives this kind of operation.',
    example: "A group with { kind: 'deploy' }.",
    repair: 'Add the plugin, or use a kind that `heddle list operations` shows.',
  },
  LEFT_OUT: {
    means:
      'A program on an overlay left something that is not kept: a link, a device, a change of permissions.',
    example: 'A build that makes symbolic links.',
    repair: 'Run it without an overlay if it matters.',
  },
  LISTENER_FAILED: {
    means: 'Who listened to the events of the run threw. The run went on.',
    example: 'onEvent: (event) => write(undefined.x)',
    repair: 'Mend the listener.',
  },
  LISTENER_SLOW: {
    means: 'Who listened to the events kept the thread so long that nothing else could go on.',
    example: 'A listener that writes to the disk synchronously.',
    repair: 'Let it note the event and do its work elsewhere.',
  },
  NOT_ON_DISK: {
    means: 'A program cannot run, because the project is in memory.',
    example: 'bash() in a framework over memoryFiles().',
    repair: 'Run it on a folder of the machine; in a test give the framework stand-ins: `programs`.',
  },
  NOT_WANTED: {
    means: 'The operation was skipped because the condition of its group does not hold. That is no failure.',
    example: 'A group "when there is a package.json" in a project without one.',
    repair: 'Nothing is to be done.',
  },
  OPERATION_AMBIGUOUS: {
    means: 'Several operations have this name.',
    example: 'heddle why --run 3f2a lint, where two groups have "lint".',
    repair: 'Write it with its group: group/lint.',
  },
  OPERATION_FAILED: {
    means: 'The code of an operation threw something without a code of its own.',
    example: 'A kind that throws new Error("no network").',
    repair: 'Read the message; throw a HeddleError with a code and a hint in kinds of your own.',
  },
  OPERATION_UNKNOWN: {
    means: 'The run has no operation of this name.',
    example: 'heddle why --run 3f2a tets',
    repair: '`heddle runs show ID` lists them.',
  },
  OUTPUT_INVALID: {
    means: 'A kind gave an output that is not what its schema promises.',
    example: 'output: z.object({ n: z.number() }), and it gave { n: "1" }.',
    repair: 'Mend the kind.',
  },
  OUTPUT_NOT_STORED: {
    means: 'A program wrote more than is kept in memory, and the disk could not take it.',
    example: 'A full disk below .heddle/state.',
    repair: 'Free some space, or let the program write less.',
  },
  PARSER_MISSING: {
    means: 'The parser of source files cannot be loaded on this machine.',
    example: 'An installation without optional packages.',
    repair:
      'Install the packages again, with the optional ones; where there is no build for the machine, nothing can be parsed.',
  },
  PATTERN_CYCLE: {
    means: 'Patterns are planned from each other in a ring.',
    example: 'A plugin whose plan asks for its own pattern.',
    repair: 'Mend the plugin.',
  },
  PATTERN_UNKNOWN: {
    means: 'A module names a pattern that no plugin implements.',
    example: '"pattern: tddd" in the front matter.',
    repair: 'Write a pattern that a plugin implements, or add the plugin.',
  },
  PLACEHOLDER_MISSING: {
    means: 'A module asks for something of the project that nobody says, and has no default for it.',
    example: '[PROJECT.name] with neither "project" in the configuration nor a project file.',
    repair: 'Say it in the place that the hint names, or write a default behind it.',
  },
  PLAN_CYCLE: {
    means: 'Groups need each other in a ring, so that none can begin.',
    example: 'a needs b, and b needs a.',
    repair: 'Remove one of these needs.',
  },
  PLAN_DUPLICATE: {
    means: 'Two groups of a plan, or two operations of a group, have one name.',
    example: "glob(…, { name: 'files' }) twice.",
    repair: 'Give each a name of its own, or none.',
  },
  PLAN_NEED_UNKNOWN: {
    means: 'A group needs one that is not in the plan.',
    example: "needs: ['test'] where the group is called 'tests'.",
    repair: 'Name a group of this plan. Groups of other plugins have their name in front: tdd/tests.',
  },
  PLAN_TOO_LARGE: {
    means: 'A plan has more operations than are run.',
    example: 'One operation for each line of a large file.',
    repair: 'Split the command, or let one operation work on many files.',
  },
  PROGRAM_NOT_ALLOWED: {
    means:
      'A module declares a program, and the configuration does not allow it: text never becomes a permission.',
    example: '"bash: make deploy" in the groups of a module.',
    repair: 'Allow it in heddle.config: bash: { allow: ["make"] }, if you trust the module with it.',
  },
  QUOTA: {
    means: 'A run holds more uncommitted bytes or entries than it may.',
    example: 'An operation that writes a file of a gigabyte into the workspace.',
    repair: 'Raise "workspace" in the configuration (maxBytes, maxEntries), or write less in one run.',
  },
  READ_ONLY: {
    means: 'The files can only be read: a package, a git commit, or what is built in.',
    example: 'write() below heddle:modules.',
    repair: 'Copy the file into the project and change the copy.',
  },
  REGEX_INVALID: {
    means: 'A pattern is no regular expression.',
    example: 'heddle run query "("',
    repair: 'Put a backslash before characters that stand for themselves.',
  },
  REGEX_TIMEOUT: {
    means: 'A regular expression took too long on one file; it was searched in a worker, which was ended.',
    example: '(a+)+$ on a long line of a.',
    repair: 'Write it without a repetition inside a repetition.',
  },
  ROUNDS_SPENT: {
    means: 'A group that repeats until it is done was not done after the rounds that it has.',
    example: '"fix until clean", where each fix makes another finding.',
    repair: 'Give it more rounds, or find out why it does not come to an end.',
  },
  RUN_AMBIGUOUS: {
    means: 'Several runs begin with these digits.',
    example: 'heddle runs show 3f',
    repair: 'Write more of the id.',
  },
  RUN_EMPTY: {
    means: 'The run ended before anything of it was recorded, so there is nothing to go on with.',
    example: 'A machine that lost power in the first moment of the run.',
    repair: 'Run the command again.',
  },
  RUN_REFUSED: {
    means: 'A gate before the run did not pass, and it is blocking: nothing was run.',
    example: 'A module that declares the gate "before/independence" as blocking.',
    repair: 'Mend what the gate found, or declare it with another severity.',
  },
  RUN_RUNNING: {
    means: 'The run is still going on in another process.',
    example: 'heddle run --resume beside a run that goes on.',
    repair: 'Wait until it has ended.',
  },
  RUN_UNCERTAIN: {
    means: 'An operation with effects outside may have run, and nobody knows. It is not repeated by itself.',
    example: 'The machine lost power while a release was published.',
    repair: 'Look whether it took effect; `heddle run --resume --repeat NAME` runs it again.',
  },
  RUN_UNKNOWN: {
    means: 'There is no such run, or nothing of it is kept any more.',
    example: 'heddle runs show 0000',
    repair: '`heddle runs` lists those that are kept.',
  },
  SESSION_LOCKED: {
    means: 'Another process works on the same session.',
    example: 'Two `heddle run session save` at once.',
    repair: 'It is tried again by itself; if it stays, end the other process.',
  },
  SETTING_MISSING: {
    means: 'A module has a setting that must be given a value, and the configuration gives none.',
    example: 'A setting declared with "required".',
    repair: "Say it in the configuration: settings: { 'module': { 'name': … } }.",
  },
  SETTING_UNKNOWN: {
    means: 'The configuration sets something that the module does not have.',
    example: 'settings: { tdd: { treshold: 80 } }',
    repair: 'Write a setting that the module declares; the hint names the nearest.',
  },
  STATE_CORRUPT: {
    means: 'What was kept below .heddle/state is damaged. It is left as it is.',
    example: 'A journal that an editor changed.',
    repair: 'Run the command again; remove the file that the message names when it is of no use.',
  },
  STATE_NOT_SAVED: {
    means: 'What was to be kept could not be written; from there on the run cannot be resumed.',
    example: 'A full disk, or a folder that may not be written.',
    repair: 'Free some space, and check the permissions of .heddle/state.',
  },
  STATE_TOO_NEW: {
    means: 'What was kept was written by a newer Heddle. It is left as it is.',
    example: 'A colleague with a newer version in the same folder.',
    repair: 'Use the newer Heddle for it.',
  },
  SYNTHESIS_FAILED: {
    means: 'The function that reads the outcomes of a group threw. The outcomes are complete.',
    example: 'synthesise: ([first]) => first.output.files.length, where the first failed.',
    repair: 'Mend the plugin: outcomes may be failed or skipped.',
  },
  TIMEOUT: {
    means: 'An operation did not end before its deadline. Its whole process tree was ended.',
    example: 'A test runner in watch mode.',
    repair: 'Give it more time with "deadlineMs", or less to do.',
  },
  WATCH_DEGRADED: {
    means: 'The machine lost notices of changes. Everything is looked at again and again until it can watch.',
    example: 'More folders than fs.inotify.max_user_watches.',
    repair: 'Raise the limit, or let git ignore folders that hold no modules.',
  },
  BUSY: {
    means: 'The machine has no room for another process.',
    example: 'The limit of processes or of open files is reached.',
    repair: 'Run fewer at once: --concurrency, or "concurrency" in the configuration.',
  },
}
