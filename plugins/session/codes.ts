import type { CodeExplanations } from 'heddle'

/** What the findings of this plugin mean. */
export const codes: CodeExplanations = {
  'session/action-unknown': {
    means: 'The session was asked to do something that it cannot.',
    example: 'heddle run session sve',
    repair: 'Use one of the actions that the hint names.',
  },
  'session/compacted': {
    means: 'The oldest sessions were removed, to stay within bounds.',
    example: 'More saved sessions than the setting "keep".',
    repair: 'Raise the settings "keep" or "max-bytes" to keep more.',
  },
  'session/keep-unknown': {
    means: 'What should say how many sessions stay is no number.',
    example: 'heddle session compact --keep few',
    repair: 'Write a whole number from 1 on; the newest session always stays.',
  },
  'session/module-changed': {
    means: 'Modules that the session had read have changed since it was saved.',
    example: 'A pattern was edited over night.',
    repair: 'Read them again before going on.',
  },
  'session/name-unsafe': {
    means: 'A name for a session is none.',
    example: 'heddle run session save ../x',
    repair: 'Use letters, digits, spaces, dots, dashes and underscores, at most 64.',
  },
  'session/not-found': {
    means: 'There is no saved session of this name, or none at all.',
    example: 'heddle run session load yesterday',
    repair: 'Load one that the hint names, or save one first.',
  },
  'session/unreadable': {
    means: 'A saved session cannot be read. It was left as it is.',
    example: 'A session that a newer Heddle wrote.',
    repair: 'Read it with the version that wrote it, or remove it when it is of no use.',
  },
}
