import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'swarm/busy': {
    means: 'Another process works on the same tasks from the same commit.',
    example: 'Two runs of the same list of tasks.',
    repair: 'Wait until it has ended.',
  },
  'swarm/check-failed': {
    means: 'A check of the work of an agent, or of all together, failed.',
    example: 'npm test ends with 1 in a worktree.',
    repair: 'Read its output; the work is on its branch.',
  },
  'swarm/conflict': {
    means: 'Agents changed the same places in different ways. It was found before anything was merged.',
    example: 'Two tasks that both rewrite src/a.ts.',
    repair: 'Look at both with git diff, merge one, and put the other on top by hand.',
  },
  'swarm/dirty-tree': {
    means: 'Files are changed and not committed; agents begin from the last commit and do not see that.',
    example: 'An edit that was not committed.',
    repair: 'Commit or stash first.',
  },
  'swarm/git-failed': {
    means: 'Git could not do what was asked.',
    example: 'A lock file that a killed git left.',
    repair: 'Repair the repository, then run the command again.',
  },
  'swarm/kept-aside': {
    means: 'The work of an agent could not be put on a branch; its folder was kept.',
    example: 'A full disk while committing.',
    repair: 'Take what you need from the folder, then remove it.',
  },
  'swarm/left-running': {
    means: 'An agent left processes running; they were ended.',
    example: 'A dev server that an agent started.',
    repair: 'Nothing is to be done.',
  },
  'swarm/nested-repository': {
    means: 'An agent made a repository inside its worktree, of which a commit holds only the name.',
    example: 'git init in a subfolder.',
    repair: 'Have the agent add files, not repositories.',
  },
  'swarm/no-agent': {
    means: 'No agent is configured, so no task was begun.',
    example: 'plugins: [swarm()]',
    repair: 'Name one: swarm({ agent: [program, …] }).',
  },
  'swarm/no-checks': {
    means: 'No manifest of the project names a check, so nobody looks whether what agents do is right.',
    example: 'A project without a script "test".',
    repair: 'Add a test script, or name checks in validation({ checks }).',
  },
  'swarm/no-commit': {
    means: 'The repository has no commit that agents could begin from.',
    example: 'git init, and nothing more.',
    repair: 'Commit first.',
  },
  'swarm/no-git': {
    means: 'Git is not on PATH; each agent works in a worktree of its own.',
    example: 'A container without git.',
    repair: 'Install git.',
  },
  'swarm/no-repository': {
    means: 'The project is in no git repository that may be used.',
    example: 'A folder without .git, or one that belongs to somebody else.',
    repair: 'Run git init and commit, or let git trust the folder.',
  },
  'swarm/not-on-disk': {
    means: 'The project is in memory, and agents work in worktrees on the disk.',
    example: 'A framework over memoryFiles().',
    repair: 'Run it on a folder of the machine.',
  },
  'swarm/outside': {
    means: 'While agents ran, something that they share with the project was changed.',
    example: 'A hook below .git/hooks.',
    repair: 'Look whether that was you; agents have your rights.',
  },
  'swarm/tasks': {
    means: 'The tasks cannot be read.',
    example: 'A file without a list "tasks".',
    repair:
      'Give one task on each line, "name: what is asked", or a file with a list "tasks" of name and prompt.',
  },
  'swarm/tasks-meet': {
    means: 'Two tasks name the same files, so their work will probably be in conflict.',
    example: '"fix a.ts" and "document a.ts".',
    repair: 'Make one task of them, or cut them along files.',
  },
  'swarm/too-many': {
    means: 'There are more tasks than agents may run.',
    example: 'Forty tasks.',
    repair: 'Run fewer at once, or raise the setting "most-agents".',
  },
  'swarm/untracked': {
    means: 'Files are not in git, so agents do not see them.',
    example: '.env.example that was never added.',
    repair: 'Add what they need, and commit.',
  },
}
