package project

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The security rules for workflows. A mistake can give outsiders a token or let them run code.
// actionlint checks the syntax (scripts/lint.sh). The rules:
//
//   - no permissions for the whole workflow; each job lists its permissions
//   - each action is pinned by the hash of a commit, with its version in a comment
//   - no checkout keeps its token
//   - text from outsiders (titles, branch names, inputs) is not part of a script
//   - no pull_request_target, which runs with the rights of the repository
//
// The files are read line by line, in the layout of this project: two spaces a level, and the keys
// of a step below its dash. Another layout is reported as a mistake.
var (
	actionHash  = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$`)
	jobName     = regexp.MustCompile(`^ {2}([\w-]+):$`)
	stepStart   = regexp.MustCompile(`^ {6}- `)
	usesLine    = regexp.MustCompile(`^\s*(?:- )?["']?uses["']?\s*:\s*(.*)$`)
	runLine     = regexp.MustCompile(`^(\s*)(?:- )?run:\s*(.*)$`)
	expression  = regexp.MustCompile(`\$\{\{`)
	flowMapping = regexp.MustCompile(`^\s*- \{.*uses`)
)

// workflowMistakes returns the violations of the rules in the text of a workflow.
func workflowMistakes(text string) []string {
	lines := strings.Split(text, "\n")
	var mistakes []string
	wrong := func(i int, what string) { mistakes = append(mistakes, fmt.Sprintf("%d: %s", i+1, what)) }
	if !slices.Contains(lines, "permissions: {}") {
		wrong(0, "the workflow does not begin with no permissions")
	}
	jobs := slices.Index(lines, "jobs:")
	if jobs < 0 {
		wrong(0, "no jobs")
		return mistakes
	}
	for i, line := range lines {
		if code, _, _ := strings.Cut(line, "#"); strings.Contains(code, "pull_request_target") {
			wrong(i, "pull_request_target")
		}
		if flowMapping.MatchString(line) {
			wrong(i, "a step on one line")
		}
		if m := usesLine.FindStringSubmatch(line); m != nil && !pinned(m[1]) {
			wrong(i, "an action without the hash of a commit and its version: "+m[1])
		}
		if strings.Contains(line, "actions/checkout@") && !keepsNoCredentials(lines, i) {
			wrong(i, "a checkout that leaves its token behind")
		}
		if m := jobName.FindStringSubmatch(line); m != nil && i > jobs && !hasPermissions(lines, i) {
			wrong(i, "the job "+m[1]+" does not name its permissions")
		}
	}
	for _, i := range scriptLines(lines) {
		if expression.MatchString(lines[i]) {
			wrong(i, "an expression in a script: pass it by env")
		}
	}
	return mistakes
}

// pinned reports whether the value of "uses:" can change only with a commit in this repository.
func pinned(action string) bool {
	return strings.HasPrefix(action, "./.github/workflows/") || actionHash.MatchString(action)
}

// keepsNoCredentials reports whether the step around line i has persist-credentials: false.
func keepsNoCredentials(lines []string, i int) bool {
	for _, line := range lines[i+1:] {
		if stepStart.MatchString(line) || jobName.MatchString(line) {
			return false
		}
		if line == "          persist-credentials: false" {
			return true
		}
	}
	return false
}

// hasPermissions reports whether the job that begins at line i lists permissions.
func hasPermissions(lines []string, i int) bool {
	for j := i + 1; j < len(lines) && !jobName.MatchString(lines[j]); j++ {
		if lines[j] == "    permissions: {}" {
			return true
		}
		if lines[j] == "    permissions:" && j+1 < len(lines) && strings.HasPrefix(lines[j+1], "      ") {
			return true
		}
	}
	return false
}

// scriptLines returns the numbers of all lines of shell scripts.
func scriptLines(lines []string) []int {
	var found []int
	for i := 0; i < len(lines); i++ {
		m := runLine.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		found = append(found, i)
		if !strings.HasPrefix(m[2], "|") && !strings.HasPrefix(m[2], ">") {
			continue
		}
		for i+1 < len(lines) && (lines[i+1] == "" || strings.HasPrefix(lines[i+1], m[1]+"   ")) {
			i++
			found = append(found, i)
		}
	}
	return found
}

func TestWorkflowsAreSafe(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../.github/workflows/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 3 {
		t.Fatalf("found %d workflows", len(files))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, mistake := range workflowMistakes(string(text)) {
			t.Errorf("%s:%s", file, mistake)
		}
	}
}

// goodWorkflow follows all rules, with one example for each.
const goodWorkflow = `name: good
on: push
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: |
          echo "$TITLE"

          true
        env:
          TITLE: ${{ github.event.head_commit.message }}
  call:
    permissions: {}
    uses: ./.github/workflows/ci.yml
`

func TestWorkflowMistakesAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, new string
		want     []string
	}{
		"nothing wrong": {},
		"all permissions": {
			"permissions: {}\njobs:", "permissions: write-all\njobs:",
			[]string{"1: the workflow does not begin with no permissions"},
		},
		"a job without permissions": {
			"    permissions:\n      contents: read\n", "",
			[]string{"5: the job test does not name its permissions"},
		},
		"a job with write-all": {
			"    permissions: {}\n", "    permissions: write-all\n",
			[]string{"19: the job call does not name its permissions"},
		},
		"an action by its tag": {
			"checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "checkout@v7",
			[]string{"10: an action without the hash of a commit and its version: actions/checkout@v7"},
		},
		"an action without its version": {
			" # v7.0.1", "",
			[]string{"10: an action without the hash of a commit and its version: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"},
		},
		"a workflow of others": {
			"./.github/workflows/ci.yml", "a/b/.github/workflows/ci.yml@main",
			[]string{"21: an action without the hash of a commit and its version: a/b/.github/workflows/ci.yml@main"},
		},
		"a token left behind": {
			"        with:\n          persist-credentials: false\n", "",
			[]string{"10: a checkout that leaves its token behind"},
		},
		"a token left behind on purpose": {
			"persist-credentials: false", "persist-credentials: true",
			[]string{"10: a checkout that leaves its token behind"},
		},
		"a title in a script": {
			`echo "$TITLE"`, `echo "${{ github.event.head_commit.message }}"`,
			[]string{"14: an expression in a script: pass it by env"},
		},
		"a title after a blank line": {
			"          true\n", "          echo ${{ github.head_ref }}\n",
			[]string{"16: an expression in a script: pass it by env"},
		},
		"a step on one line": {
			"      - run: |", "      - {uses: a/b@v1}\n      - run: |",
			[]string{"13: a step on one line"},
		},
		"the rights of the repository": {
			"on: push", "on: pull_request_target",
			[]string{"2: pull_request_target"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(goodWorkflow, c.old) {
				t.Fatalf("%q is not in the workflow", c.old)
			}
			got := workflowMistakes(strings.Replace(goodWorkflow, c.old, c.new, 1))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
