/// What can stand where somebody presses Tab: the shells ask the program, so that it is what this program takes.
///
/// The answer is one candidate a line, its description behind a tab; the last line begins with a colon and says what the shell
/// has to do itself.
struct Completion {
    /// What the shell does beside offering the candidates.
    enum Directive: String {
        case none = ":"
        /// Complete a path, behind the first `=` of the word.
        case file = ":file"
        case folder = ":folder"
        /// Leave no space behind the word: more of it follows.
        case open = ":open"
    }

    private(set) var candidates: [(word: String, description: String)] = []
    private(set) var directive = Directive.none

    /// - Parameter words: behind `emaildb`, up to the one with the cursor, which may be empty.
    init(_ words: [String], root: CommandTree = .root) {
        guard let current = words.last else { return }
        let typed = words.dropLast()
        var (node, place) = (root, typed.startIndex)
        while place < typed.endIndex, let next = node.command(typed[place]) { (node, place) = (next, place + 1) }
        let rest = Array(typed[place...])
        if node.passesOn { return }
        if node.commandName == "help" {
            let topics = node.positionals.first?.completionKind?.list?.values ?? []
            offer(topics.map { ($0, "guide") } + root.commands.map { ($0.commandName, $0.abstract ?? "") }, current)
            return
        }
        if let sign = current.firstIndex(of: "="), let option = node.option(String(current[..<sign])) {
            values(option, String(current[current.index(after: sign)...]), prefix: String(current[...sign]))
        } else if let option = Self.openOption(rest, node) {
            values(option, current, prefix: "")
        } else if !node.commands.isEmpty, !current.hasPrefix("-") {
            offer(node.commands.filter(\.isShown).map { ($0.commandName, $0.abstract ?? "") }, current)
        } else {
            let open = node.options.filter { option in
                option.isRepeating
                    || !option.spellings.contains { name in rest.contains { $0 == name || $0.hasPrefix(name + "=") } }
            }
            offer(open.map { ($0.name, $0.abstract ?? "") }, current)
        }
    }

    /// The lines for the shell.
    var text: String {
        (candidates.map { $0.description.isEmpty ? $0.word : $0.word + "\t" + $0.description } + [directive.rawValue])
            .joined(separator: "\n")
    }

    /// The option whose value comes next.
    private static func openOption(_ words: [String], _ node: CommandTree) -> CommandTree.Option? {
        var open: CommandTree.Option?
        for word in words {
            if open != nil {
                open = nil
            } else if let option = node.option(word), option.kind == .option {
                open = option
            }
        }
        return open
    }

    private mutating func offer(_ words: [(String, String)], _ current: String) {
        candidates = words.filter { $0.0.hasPrefix(current) }
    }

    /// The values of an option; what a value of its list ends with says what follows it: `=` a file, `,` another value.
    private mutating func values(_ option: CommandTree.Option, _ current: String, prefix: String) {
        if option.completionKind?.file != nil { directive = .file }
        if option.completionKind?.directory != nil { directive = .folder }
        let list = option.allValues ?? option.completionKind?.list?.values ?? []
        if list.contains(where: { current.hasPrefix($0) && $0.hasSuffix("=") }) {
            directive = .file
        } else if list.first?.hasSuffix(",") == true {
            let done = current.split(separator: ",", omittingEmptySubsequences: false).dropLast().map { $0 + "," }
            offer(
                list.filter { value in !done.contains { $0 == value } }.map {
                    (prefix + done.joined() + $0.dropLast(), "")
                },
                prefix + current)
        } else {
            if list.first?.hasSuffix("=") == true { directive = .open }
            offer(list.map { (prefix + $0, "") }, prefix + current)
        }
    }
}

/// The script that makes a shell ask: the same for every version of the program.
enum CompletionScript: String, CaseIterable {
    case bash, zsh, fish

    var text: String {
        switch self {
        case .bash:
            #"""
            # Completion of emaildb in bash. Written by: emaildb --generate-completion-script bash
            _emaildb() {
                local line=${COMP_LINE:0:COMP_POINT} words current answer directive word
                # By blanks: readline takes `=` and `:` for ends of words.
                read -ra words <<<"$line"
                [[ $line == *[[:space:]] ]] && words+=('')
                current=${words[${#words[@]}-1]}
                answer=$("${COMP_WORDS[0]}" ---complete "${words[@]:1}" 2>/dev/null) || return
                directive=${answer##*$'\n'}
                COMPREPLY=()
                while IFS= read -r word; do
                    [[ $word == :* || -z $word ]] || COMPREPLY+=("${word%%$'\t'*}")
                done <<<"$answer"
                # What is behind the last of them is all that readline replaces.
                local kept=
                [[ $current == *=* && $COMP_WORDBREAKS == *=* ]] && kept=${current%"${current##*=}"}
                COMPREPLY=("${COMPREPLY[@]#"$kept"}")
                case $directive in
                    :file | :folder)
                        local kind=-f path=${current#*=}
                        [ "$directive" = :folder ] && kind=-d
                        compopt -o filenames 2>/dev/null
                        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$kind" -- "$path")
                        [[ -n $kept || $current != *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/${current%%=*}=}")
                        ;;
                    :open) compopt -o nospace 2>/dev/null ;;
                esac
            }
            complete -F _emaildb emaildb
            """#
        case .zsh:
            #"""
            #compdef emaildb
            # Completion of emaildb in zsh. Written by: emaildb --generate-completion-script zsh
            _emaildb() {
                local answer directive line
                local -a names
                answer=$("${words[1]}" ---complete "${(@)words[2,CURRENT]}" 2>/dev/null) || return 1
                directive=${answer##*$'\n'}
                for line in "${(@f)answer}"; do
                    [[ $line == :* || -z $line ]] && continue
                    if [[ $line == *$'\t'* ]]; then
                        names+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
                    else
                        names+=("${line//:/\\:}")
                    fi
                done
                case $directive in
                    :file) compset -P '*='; _files ;;
                    :folder) compset -P '*='; _files -/ ;;
                    :open) _describe -t values emaildb names -S '' ;;
                    *) _describe -t values emaildb names ;;
                esac
            }
            if [ "$funcstack[1]" = _emaildb ]; then _emaildb "$@"; else compdef _emaildb emaildb; fi
            """#
        case .fish:
            #"""
            # Completion of emaildb in fish. Written by: emaildb --generate-completion-script fish
            function __emaildb_complete
                set -l words (commandline -opc) (commandline -ct)
                set -l current $words[-1]
                set -l answer ($words[1] ---complete $words[2..-1] 2>/dev/null)
                or return
                set -l directive $answer[-1]
                set -e answer[-1]
                switch $directive
                    case :file :folder
                        set -l kept (string match -r '^.*?=' -- $current)
                        set -l path (string replace -r '^.*?=' '' -- $current)
                        for file in (__fish_complete_path $path)
                            if test $directive = :file; or string match -q '*/*' -- (string split \t -- $file)[1]
                                echo "$kept$file"
                            end
                        end
                end
                printf '%s\n' $answer
            end
            complete -c emaildb -f -a '(__emaildb_complete)'
            """#
        }
    }
}
