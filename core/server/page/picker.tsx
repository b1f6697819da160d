import { useMemo, useState } from 'preact/hooks'
import type { Shown } from './state.ts'

const mostOffered = 10

/** A field for a module: some letters of its path are enough. */
export function ModulePicker({
  label,
  id,
  value,
  shown,
  choose,
}: {
  readonly label: string
  readonly id: string
  readonly value: string
  readonly shown: Shown
  choose(id: string): void
}) {
  const [text, setText] = useState<string>()
  const [at, setAt] = useState(0)
  const found = useMemo(() => offer(shown, text), [shown, text])
  const take = (chosen: string | undefined): void => {
    setText(undefined)
    if (chosen !== undefined) choose(chosen)
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const by = event.key === 'ArrowDown' ? 1 : -1
      setAt((at + by + found.length) % Math.max(1, found.length))
    } else if (event.key === 'Enter') take(found[at])
    else if (event.key === 'Escape') setText(undefined)
  }
  return (
    <label class="picker">
      {label}{' '}
      <input
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={`${id}-offered`}
        {...(found.length > 0 && { 'aria-activedescendant': `${id}-${at}` })}
        autocomplete="off"
        spellcheck={false}
        size={34}
        value={text ?? value}
        placeholder="a module"
        onFocus={({ currentTarget }) => currentTarget.select()}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value)
          setAt(0)
        }}
        onKeyDown={onKey}
        onBlur={() => setText(undefined)}
      />
      {found.length > 0 && (
        <ul id={`${id}-offered`} role="listbox" aria-label={`${label}: modules`}>
          {found.map((path, index) => (
            <li
              key={path}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              onPointerDown={(event) => {
                event.preventDefault()
                take(path)
              }}
            >
              {path}
            </li>
          ))}
        </ul>
      )}
    </label>
  )
}

function offer({ modules }: Shown, text: string | undefined): readonly string[] {
  if (text === undefined) return []
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found: string[] = []
  for (const id of modules.keys()) {
    const lower = id.toLowerCase()
    if (words.every((word) => lower.includes(word))) found.push(id)
  }
  return found.sort((a, b) => a.length - b.length).slice(0, mostOffered)
}
