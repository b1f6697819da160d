import { Argument, Command, CommanderError, Option } from '@commander-js/extra-typings'
import { HeddleError } from '../index.ts'
import { Exit, exit, exitFor, wrongUsage } from './exit.ts'
import type { CommonOptions } from './options.ts'
import { printDiagnostics } from './print.ts'
import { packageVersion } from './version.ts'
import { refuseWords } from './wrong-words.ts'

/** Runs the command line and gives its exit code; never throws and never ends the process. */
export async function runCli(words: readonly string[]): Promise<number> {
  const end = words.indexOf('--')
  const ours = end < 0 ? words : words.slice(0, end)
  const rest = end < 0 ? [] : words.slice(end + 1)
  try {
    if (words[0] === 'complete' && words[1] === '--') {
      await (await import('./commands/completion.ts')).complete(createProgram([]), rest)
      return exit.clean
    }
    await createProgram(rest).parseAsync(ours.length === 0 ? ['--help'] : [...ours], { from: 'user' })
    return exit.clean
  } catch (thrown) {
    return report(thrown)
  }
}

function report(thrown: unknown): number {
  if (thrown instanceof Exit) return thrown.status
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exit.clean : exit.usage
  if (thrown instanceof HeddleError) {
    printDiagnostics([thrown.diagnostic], process.stderr)
    return exitFor(thrown.diagnostic)
  }
  process.stderr.write(
    `heddle: a fault of ours: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`,
  )
  return exit.fault
}

function createProgram(rest: readonly string[]): Command {
  const program = new Command('heddle')
    .description('Resolves, loads and runs frameworks of markdown modules for coding agents.')
    .version(packageVersion(), '-V, --version')
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', '\nEvery command explains itself: heddle COMMAND --help')

  common(program.command('check'), ['text', 'json', 'sarif'])
    .summary('find references that lead nowhere and modules that are broken')
    .description(
      'Loads every markdown module, resolves every reference in it, and prints what is wrong. With paths it prints and grades\n' +
        'only what stands in these files and folders.\n' +
        'A finding is silenced by <!-- heddle-ignore CODE: reason --> in its line or the one above, or for the whole file by\n' +
        '<!-- heddle-ignore-file CODE: reason -->.',
    )
    .argument('[paths...]', 'files and folders, or references to them; everything when left out')
    .option('--strict', 'warnings count as errors')
    .option('--max-warnings <n>', 'end with 1 when there are more warnings')
    .option(
      '--if-deleted <paths...>',
      'say what deleting these files and folders would break; 1 when anything',
    )
    .option('--profile', 'say what the taps of each plugin took, on standard error; in JSON as `profile`')
    .option('--stats', 'say what the registry was asked for and holds, on standard error; in JSON as `stats`')
    .option('--no-cache', 'take nothing from an earlier run, keep nothing for a later one')
    .option('--user', "look in the user's own modules too")
    .action(async (paths, options) => (await import('./commands/check.ts')).check(paths, options))

  common(program.command('graph'), ['text', 'json', 'dot', 'mermaid'])
    .summary('print modules and references as a graph')
    .description('Prints every module and every reference, resolved or not. Exits 0 whatever it finds.')
    .action(async (options) => (await import('./commands/graph.ts')).graph(options))

  common(program.command('resolve'))
    .summary('say which file a reference names')
    .argument('<reference>', 'an alias such as @modules/patterns/x.md, or a path')
    .option('--from <file>', 'the file that the reference stands in')
    .option('--user', "look in the user's own modules too")
    .action(async (reference, options) => (await import('./commands/resolve.ts')).resolve(reference, options))

  common(program.command('why'))
    .summary('say every place that was looked at for a reference, or who refers to a file')
    .argument('[reference]', 'an alias such as @modules/patterns/x.md, or a path')
    .option('--from <file>', 'the file that the reference stands in')
    .option('--who <path>', 'say who refers to a file or folder; ends with 1 when nobody does')
    .option('--deep', 'with --who: what leads there over several files too')
    .option(
      '--run <id>',
      'say of an operation, named in place of the reference, why it went as it did in this run',
    )
    .option('--user', "look in the user's own modules too")
    .action(async (reference, options) => {
      if (options.run !== undefined)
        await (
          await import('./commands/runs.ts')
        ).whyRun(options.run, reference ?? missingOperation(), options)
      else if (options.who !== undefined) await (await import('./commands/who.ts')).who(options.who, options)
      else await (await import('./commands/resolve.ts')).why(reference ?? missingReference(), options)
    })

  common(program.command('explain'))
    .summary('say what the code of a finding means, with an example and the repair')
    .description(
      'Explains the codes that findings end with, those of plugins too. Without a code it lists all of them.',
    )
    .argument('[codes...]', 'codes such as REFERENCE_MISSING or tdd/no-test')
    .addHelpText(
      'after',
      '\nExamples:\n  heddle explain REFERENCE_MISSING\n  heddle explain tdd/no-test --format json',
    )
    .action(async (codes, options) => (await import('./commands/explain.ts')).explain(codes, options))

  common(program.command('list'))
    .summary('list commands, modules, plugins or operations')
    .argument('<what>', 'commands, modules, plugins or operations')
    .action(async (what, options) => (await import('./commands/list.ts')).list(what, options))

  common(program.command('context'))
    .summary('compose what references need into one text under a budget of tokens')
    .description(
      'Prints the text of what the references name with everything that it needs: modules and imported files whole, or the parts that\n' +
        '#fragments name, what rarely changes first, and text that stands in several places once. What does not fit is left out by\n' +
        'importance, and named: on standard error, at the end of the text, and in JSON. The same files give the same bytes.\n' +
        'Ends with 1 when a reference leads nowhere or the gate context.maxInvalidated fails; the text is printed all the same.',
    )
    .argument(
      '<reference...>',
      'aliases such as @modules/patterns/x.md#red, paths, or folders/ for all modules in them',
    )
    .option(
      '--budget <tokens>',
      'tokens that the text may have at most; 200000 when neither this nor the configuration says',
    )
    .addOption(
      new Option(
        '--for <audience>',
        'plain text, documents in tags (claude), or one markdown document (agents-md)',
      ).choices(['plain', 'claude', 'agents-md'] as const),
    )
    .addOption(
      new Option(
        '--tokenizer <name>',
        'what counts: an installed gpt-tokenizer or ai-tokenizer, or characters / 4, an estimate; auto takes what is installed',
      ).choices(['auto', 'characters', 'gpt-tokenizer', 'ai-tokenizer'] as const),
    )
    .option(
      '--diff [file]',
      'say how much of an earlier output is still the beginning of this one: of a file, or of the last time with --diff, which is kept ' +
        'in .heddle/state/ for each request',
    )
    .option('--user', "look in the user's own modules too")
    .addHelpText(
      'after',
      '\nExamples:\n  heddle context @commands/task.md --budget 20000\n  heddle context @modules/patterns/tdd.md#red --for claude\n' +
        '  heddle context .claude/ --for agents-md > AGENTS.md\n  heddle context .claude/ --for agents-md --diff AGENTS.md --quiet > /dev/null',
    )
    .action(async (references, options) =>
      (await import('./commands/context.ts')).context(references, options),
    )

  common(program.command('fix'))
    .summary('repair references that have one right answer')
    .description(
      'Rewrites references that were only found by searching, that differ in letter case, or that have one other answer, so ' +
        'that they resolve. Prints a patch and writes nothing without --write. Exits 1 when something is to be repaired, or ' +
        'errors stay that have no one right answer; otherwise 0.',
    )
    .argument('[path...]', 'files and folders; the whole project when left out')
    .option('--write', 'write the repairs, all or none')
    .option('--confidence <n>', 'repair likely answers too, from 0.6; left out, only what is certain')
    .addHelpText(
      'after',
      '\nExamples:\n  heddle fix                       what would be repaired\n  heddle fix .claude/commands | git apply\n' +
        '  heddle fix --write\n  heddle fix --confidence 0.8      and references to the only file of that name',
    )
    .action(async (paths, options) => (await import('./commands/fix.ts')).fix(paths, options))

  common(program.command('rename'))
    .summary('move a module or a folder with every reference to it')
    .description(
      'Moves a file or a folder and rewrites every reference to it in every form, and the relative ones in it. Prints a patch ' +
        'and writes nothing without --write. Exits 0 when it can be done, 1 when a reference cannot be rewritten or a file was ' +
        'changed meanwhile (then nothing is written), 2 for names that will not do.',
    )
    .argument('<old>', 'a path, or a reference such as @modules/patterns/x.md')
    .argument('<new>', 'its new path, or a reference')
    .option('--write', 'move and rewrite, all or nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  heddle rename @modules/patterns/tdd.md @modules/patterns/test-first.md\n' +
        '  heddle rename .claude/modules/patterns .claude/modules/habits --write',
    )
    .action(async (old, wanted, options) =>
      (await import('./commands/rename.ts')).rename(old, wanted, options),
    )

  common(program.command('run'), ['text', 'json', 'sarif'])
    .summary('run a command as parallel groups of operations')
    .description(
      'Plans the command from its modules, runs the groups in parallel, and prints a report.\n' +
        'Options of the command itself come from its module: heddle run COMMAND --help. `--` ends the options of heddle.',
    )
    .argument('[command]', 'a command: heddle list commands')
    .argument('[arguments...]', 'arguments of the command')
    .option('--serial', 'one operation at a time, in declared order; the result is the same')
    .option('--dry-run', 'print the plan and run nothing')
    .option('--concurrency <n>', 'operations at once in every lane')
    .option('--executor <name>', 'who runs the operations: local (the default), or what a plugin gives')
    .addOption(
      new Option(
        '--on-failure <what>',
        'what a failure does to the rest: they go on (continue), nothing new begins (no-new), or all is ended (kill)',
      ).choices(['continue', 'no-new', 'kill'] as const),
    )
    .option('--budget <seconds>', 'time for the whole run; what has not begun by then is skipped')
    .option('--trace <file>', 'write what ran when, for ui.perfetto.dev or chrome://tracing')
    .option(
      '--events <file>',
      'write each event as a line of JSON; - is standard output, instead of the report',
    )
    .addOption(
      new Option('--reporter <how>', 'how to show progress; live on a terminal and plain elsewhere').choices([
        'live',
        'plain',
        'jsonl',
      ] as const),
    )
    .addOption(
      new Option(
        '--commit <when>',
        'when written files reach the disk; passed when left out, as before when resumed',
      ).choices(['passed', 'always', 'never'] as const),
    )
    .option('--profile', 'say what the taps of each plugin took, on standard error; in JSON as `profile`')
    .option('--fresh', 'take nothing from the result cache')
    .option('--resume [id]', 'go on with a run that was cut short: the last one, or that with this id')
    .option(
      '--repeat <operation>',
      'with --resume: run it again whatever is recorded; may be given several times',
      (name: string, names: readonly string[] | undefined): readonly string[] => [...(names ?? []), name],
    )
    .allowUnknownOption()
    .helpOption(false)
    .option('-h, --help', 'the arguments of the command')
    .action(async (command, words, options, self) => {
      if (options.resume !== undefined && !options.help) {
        if (command !== undefined) resumesItsOwn(command)
        return (await import('./commands/run.ts')).resume(options.resume, options)
      }
      if (command === undefined) {
        self.outputHelp()
        if (!options.help) throw new Exit(exit.usage)
        return
      }
      if (command.startsWith('-')) isNoCommand(command)
      await (await import('./commands/run.ts')).run({ command, words, rest }, options)
    })

  common(program.command('route'))
    .summary('say which command serves a request in plain words')
    .description(
      'Weighs the words of the request against what each command says of itself; runs nothing. Exits 1 when nothing fits. With ' +
        '--test it chooses for the requests in the files NAME.triggers.txt beside the commands, prints precision, recall and which ' +
        'commands are taken for each other, and exits 1 when a request is taken by another command than its own.',
    )
    .argument('[request...]', 'what you want, in plain words')
    .option('--explain', 'every reason and the next best')
    .option('--test', 'measure the choice on the requests beside the commands')
    .action(async (words, options) => (await import('./commands/route.ts')).route(words, options))

  common(program.command('runs'))
    .summary('list, show and compare past runs, and tidy them up')
    .description(
      'Without more words it lists the runs that are kept, newest first. An id may be cut after four digits.\n\n' +
        '  list      one line each\n' +
        '  show ID   its operations, gates and findings\n' +
        '  diff A B  what ended otherwise, gave something else or took another time\n' +
        '  prune     remove the oldest, but never the last one or one that is running\n' +
        '  stats     how long operations take, and which got more than 10 % worse\n\n' +
        'Exits 0; `diff` with 1 when there is a difference.',
    )
    .argument('[verb]', 'list, show, diff, prune or stats', 'list')
    .argument('[ids...]', 'ids of runs')
    .option('--keep <n>', 'with prune: how many stay')
    .option('--days <n>', 'with prune: how old they may be')
    .option('--dry-run', 'with prune: say which would be removed')
    .addHelpText(
      'after',
      '\nExamples:\n  heddle runs\n  heddle runs show 3f2a\n  heddle runs diff 3f2a 90bc\n  heddle runs prune --keep 10\n' +
        '  heddle run --resume              go on with the last run that was cut short\n  heddle why --run 3f2a tests      why an operation went as it did',
    )
    .action(async (verb, ids, options) => (await import('./commands/runs.ts')).runs(verb, ids, options))

  common(program.command('types'))
    .summary(
      'write a declaration file, so that names of commands and modules complete and check in TypeScript',
    )
    .description(
      'Writes what commands there are, which arguments they take and which modules can be referred to, for framework.run(), plan(),\n' +
        'load(), resolve(), why() and defineConfig({ preload }). The same modules give the same bytes. With --check it writes nothing and\n' +
        'exits 1 when the file is not current, for CI.',
    )
    .option('--out <file>', 'a file below the root; - is standard output', 'heddle-env.d.ts')
    .option('--check', 'write nothing, say whether it is current')
    .addHelpText(
      'after',
      '\nExamples:\n  heddle types\n  heddle types --check\n  heddle types --out types/heddle.d.ts',
    )
    .action(async (options) => (await import('./commands/declare.ts')).declare(options))

  common(program.command('config'))
    .summary('say what is configured, and which file says so')
    .description(
      'Prints every key of the merged configuration with its value and the place that it comes from. A configuration is wholly\n' +
        'optional: heddle.config.ts (or .mts, .js, .mjs; .json for plain data), which may extend others.\n' +
        'With --no-config none of it is read and none of its code runs. Exits 2 when the configuration is wrong.',
    )
    .option('--print', 'also what nobody set, with its default')
    .option('--schema', 'print the JSON schema of heddle.config.json instead')
    .addHelpText(
      'after',
      '\nExamples:\n  heddle config\n  heddle config --print --format json\n' +
        '  "$schema": "./node_modules/heddle/core/config/schema.json"   in heddle.config.json, for editors',
    )
    .action(async (options) => (await import('./commands/config.ts')).config(options))

  common(program.command('session'))
    .summary('save the context of your work and take it up again')
    .description(
      'Without more words it lists the saved sessions, newest first. A session is meant by its name or id, the newest one when none\n' +
        'is given; of several with one name the newest. No contents of files are kept, and what looks like a secret is masked.\n\n' +
        '  save [NAME]     the findings, the modules and how the work stands in git, with --notes\n' +
        '  show [NAME]     everything that is in it\n' +
        '  resume [NAME]   its notes, and what has changed since\n' +
        '  fork NAME NEW   the same once more under another name\n' +
        '  prune           those of a NAME, or all but the --keep newest',
    )
    .argument('[verb]', 'list, save, show, resume, fork or prune', 'list')
    .argument('[names...]', 'names or ids')
    .option('--notes <text>', 'with save: words to keep with it')
    .option('--keep <n>', 'with prune: how many stay')
    .addHelpText(
      'after',
      '\nExamples:\n  heddle session save monday --notes "sign-out has no test yet"\n  heddle session resume\n  heddle session prune --keep 10',
    )
    .action(async (verb, names, options) =>
      (await import('./commands/session.ts')).session(verb, names, options),
    )

  common(program.command('dev'), ['text'])
    .summary('serve the framework to a browser and to agents while you work on it')
    .description(
      'Serves the page, the JSON of the other commands and MCP (at /mcp) to this machine, and takes in what changes.\n' +
        'The printed address holds the token of this start. Nothing is run without --allow-run.',
    )
    .option('--port <n>', '4317, or a free one when that is taken; 0 takes a free one')
    .option('--host <address>', 'an address to listen on instead of 127.0.0.1')
    .option(
      '--allow-host <name...>',
      'names by which people may ask; needed for an address that stands for all',
    )
    .option('--open', 'open the page in a browser')
    .option('--allow-run', 'let whoever holds the token run commands')
    .option(
      '--editor <command>',
      'what opens a file from the page: code, zed, idea …, or a command with {file} and {line}; else $HEDDLE_EDITOR, $VISUAL, $EDITOR',
    )
    .option('--user', "look in the user's own modules too")
    .action(async (options) => (await import('./commands/dev.ts')).dev(options))

  common(program.command('mcp'), ['text'])
    .summary('serve the framework to an agent over standard input and output')
    .description(
      'Speaks the Model Context Protocol: resolve, read, search, check, graph, context; with --allow-run also run.',
    )
    .option('--allow-run', 'let the agent run commands')
    .option('--user', "look in the user's own modules too")
    .action(async (options) => (await import('./commands/mcp.ts')).mcp(options))

  common(program.command('init'))
    .summary('begin a framework in this folder')
    .description(
      'Looks at what is there and writes a first module and a first command. Asks only on a terminal; writes over nothing. In a\n' +
        'folder that holds a framework it writes nothing and says so.',
    )
    .option('-y, --yes', 'ask nothing')
    .option('--dry-run', 'say what would be written')
    .option('--home <folder>', 'where modules and commands stand, instead of .heddle or .claude')
    .action(async (options) => (await import('./commands/init.ts')).init(options))

  common(program.command('new'))
    .summary('make a module, command, gate or plugin, with a test that passes')
    .description(
      'Writes the new thing and a test of it that runs with node --test in this project, and says how to run both. Where a file of\n' +
        'that name stands already it writes nothing.',
    )
    .argument('<kind>', 'module, command, gate or plugin')
    .argument('<name>', 'lower-case words joined by hyphens')
    .option('--dry-run', 'say what would be written')
    .option('--home <folder>', 'where modules and commands stand, instead of .heddle or .claude')
    .addHelpText(
      'after',
      '\nExamples:\n  heddle new command review-notes\n  heddle new gate no-leftovers\n  heddle new plugin link-checker --dry-run',
    )
    .action(async (kind, name, options) => (await import('./commands/new.ts')).makeNew(kind, name, options))

  program
    .command('completion')
    .summary('print what a shell needs to complete commands, options and names of modules')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText(
      'after',
      '\nExamples:\n  source <(heddle completion bash)\n  heddle completion zsh > ~/.zfunc/_heddle\n' +
        '  heddle completion fish > ~/.config/fish/completions/heddle.fish\n\n' +
        'Pressing the key runs none of the code of a project: its configuration is not read.',
    )
    .action(async (shell) => (await import('./commands/completion.ts')).completion(shell))

  common(program.command('worker'), ['text', 'json'])
    .summary('run operations of other machines in this checkout')
    .description(
      'Takes operations from the queue (HEDDLE_QUEUE_URL, or the options of the plugin queue; Redis on this machine when neither is\n' +
        'there) and runs them with the plugins of this checkout, for runs that were started with `heddle run COMMAND --executor queue`.\n' +
        'SIGTERM or Ctrl-C: it takes nothing more and ends when what it runs has ended; once more ends at once.',
    )
    .option('--lanes <list>', 'take only these, as in agent,process: io, process, network, agent')
    .option('--concurrency <n>', 'operations at once in each lane; as many as there are cores when left out')
    .option('--name <name>', 'the name that reports show; machine and process when left out')
    .option('--health <port>', 'answer GET /health on this port of 127.0.0.1: 200 while it serves, else 503')
    .option('--executor <name>', 'whose worker it is', 'queue')
    .action(async (options) => (await import('./commands/worker.ts')).worker(options))

  common(program.command('queue'), ['text', 'json'])
    .summary('what waits in the queue, what runs, and who works: status, drain, retry')
    .description(
      'status: what waits, runs and has failed in each lane, and what each worker runs.\n' +
        'drain: removes what waits; what runs goes on.\n' +
        'retry: puts back what no worker could run.',
    )
    .addArgument(
      new Argument('[action]', 'what to do')
        .choices(['status', 'drain', 'retry'] as const)
        .default('status' as const),
    )
    .option('--executor <name>', 'whose queue it is', 'queue')
    .action(async (action, options) => (await import('./commands/queue.ts')).queue(action, options))

  for (const command of [program, ...program.commands])
    command.exitOverride((thrown) => refuseWords(thrown, command))
  return program
}

function resumesItsOwn(command: string): never {
  return wrongUsage(
    `--resume goes on with the command of its run; "${command}" is one too many.`,
    'Leave the command out: heddle run --resume [ID].',
  )
}

/** What a command does not know is an argument of its own; before there is one, it can only be an option of ours. */
function isNoCommand(option: string): never {
  return wrongUsage(
    `Unknown option '${option}'.`,
    'Options of a command follow its name: heddle run COMMAND [ARGUMENTS…]. See heddle run --help.',
  )
}

function missingOperation(): never {
  return wrongUsage('There is no operation to explain.', 'Write its name: heddle why --run ID OPERATION.')
}

function missingReference(): never {
  return wrongUsage('There is no reference to explain.', 'Write one, or ask for --who PATH.')
}

function common<A extends unknown[], O extends Record<string, unknown>>(
  command: Command<A, O>,
  formats: readonly string[] = ['text', 'json'],
): Command<A, O & CommonOptions> {
  return command
    .option('--root <dir>', 'the project; found upward from here when left out')
    .addOption(new Option('--format <format>', 'how to print').choices(formats).default('text'))
    .option('--config <file>', 'a configuration file below the root')
    .option('--no-config', "run none of the project's own code")
    .option('--quiet', 'print only what is wrong') as unknown as Command<A, O & CommonOptions>
}
