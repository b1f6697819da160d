import { useRef, useState } from 'preact/hooks'
import { api, type CommandHelp, type Refused } from './api.ts'
import { useAsked } from './asked.ts'
import { commandText, Fault } from './parts.tsx'
import { goTo, linkTo, replaceRoute } from './route.ts'

/** Starts a run: a command, its arguments, and a last look at what will be run. */
export function StartRun({ query }: { readonly query: URLSearchParams }) {
  const name = query.get('command') ?? ''
  const { value: commands = [] } = useAsked(() => api.commands(), [])
  const { value: help, fault } = useAsked(name === '' ? undefined : () => api.command(name), [name])
  return (
    <section class="start" aria-label="Start a run">
      <label>
        Run{' '}
        <select
          aria-label="Command"
          value={name}
          onChange={({ currentTarget }) => replaceRoute(linkTo('runs', { command: currentTarget.value }))}
        >
          <option value="">a command…</option>
          {commands.map((command) => (
            <option key={command.name} value={command.name}>
              {command.name}
            </option>
          ))}
        </select>
      </label>
      {fault && <Fault fault={fault} />}
      {help && <Arguments key={name} name={name} help={help} first={query.get('arguments') ?? ''} />}
    </section>
  )
}

function Arguments({
  name,
  help,
  first,
}: {
  readonly name: string
  readonly help: CommandHelp
  readonly first: string
}) {
  const [given, setGiven] = useState<Readonly<Record<string, string>>>(() =>
    first === '' || !help.arguments[0] ? {} : { [help.arguments[0].name]: first },
  )
  const [fault, setFault] = useState<Refused>()
  const dialog = useRef<HTMLDialogElement>(null)
  const refusal = useRef<HTMLButtonElement>(null)
  const positional = positionalOf(help, given)
  const missing = help.arguments.find(({ name, required }) => required && !given[name])
  const start = (): void =>
    void api.start({ command: name, arguments: { positional, named: {} } }).then(
      (id) => goTo(linkTo('run', { id })),
      (thrown: unknown) => setFault(thrown as Refused),
    )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        dialog.current?.showModal()
        refusal.current?.focus()
      }}
    >
      {help.description !== '' && <p class="soft">{help.description}</p>}
      {help.arguments.map(({ name, description, required, default: usual }) => (
        <label key={name}>
          {name}{' '}
          <input
            required={required}
            value={given[name] ?? ''}
            placeholder={usual ?? description}
            title={description}
            onInput={({ currentTarget }) => setGiven({ ...given, [name]: currentTarget.value })}
          />
        </label>
      ))}
      <button type="submit" disabled={missing !== undefined}>
        Run…
      </button>
      {fault && <Fault fault={fault} />}
      <dialog ref={dialog} class="confirm" aria-labelledby="confirm">
        <h2 id="confirm">Run this?</h2>
        <pre>{commandText(['run', name, ...positional])}</pre>
        <p class="soft">What its plan names is run on this machine, with your rights.</p>
        <p class="actions">
          <button
            type="button"
            onClick={() => {
              dialog.current?.close()
              start()
            }}
          >
            Run
          </button>
          <button ref={refusal} type="button" class="quiet" onClick={() => dialog.current?.close()}>
            Not now
          </button>
        </p>
      </dialog>
    </form>
  )
}

/** Arguments are given by their place; what is left out between two others keeps its default. */
function positionalOf(
  { arguments: wanted }: CommandHelp,
  given: Readonly<Record<string, string>>,
): readonly string[] {
  const words = wanted.map(({ name, default: usual = '' }) => given[name] || usual)
  const last = wanted.findLastIndex(({ name }) => (given[name] ?? '') !== '')
  return words.slice(0, last + 1)
}
