// Command verify judges folders of evidence with the libraries that Go verifies its checksum database with.
//
// Of each folder it prints a line: the folder, a tab, and "ok" or the reason to refuse it. It knows nothing of the
// service but the public formats: signed notes, checkpoints, tlog-proofs, tiles.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	refused := 0
	for _, folder := range os.Args[1:] {
		if err := judge(folder); err != nil {
			fmt.Printf("%s\t%v\n", folder, err)
			refused = 1
		} else {
			fmt.Printf("%s\tok\n", folder)
		}
	}
	os.Exit(refused)
}

func judge(folder string) error {
	keys, err := readKeys(filepath.Join(folder, "vkeys"))
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	older, err := openHead(keys, folder, "older/checkpoint")
	if err != nil {
		return fmt.Errorf("checkpoint: older: %w", err)
	}
	newer, err := openHead(keys, folder, "log/checkpoint")
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	proof, err := readProof(filepath.Join(folder, "bundle/log/entry.tlog-proof"))
	if err != nil {
		return fmt.Errorf("inclusion: %w", err)
	}
	proved, err := parseHead(keys, proof.checkpoint)
	if err != nil {
		return fmt.Errorf("checkpoint: of the proof: %w", err)
	}
	if err := checkEntry(folder, proof, proved); err != nil {
		return fmt.Errorf("inclusion: %w", err)
	}
	tiles := tlog.TileHashReader(newer, tileFiles(filepath.Join(folder, "log")))
	for _, earlier := range []tlog.Tree{older, proved} {
		if err := checkConsistent(tiles, earlier, newer); err != nil {
			return fmt.Errorf("log: consistency: %w", err)
		}
	}
	if err := checkEntries(folder, tiles, newer); err != nil {
		return fmt.Errorf("log: entries: %w", err)
	}
	return nil
}

func checkEntry(folder string, proof *proofFile, head tlog.Tree) error {
	entry, err := os.ReadFile(filepath.Join(folder, "bundle/log/entry.json"))
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof.path, head.N, head.Hash, proof.index, tlog.RecordHash(entry))
}

// checkConsistent has a proof made from the published tiles, whose hashes the reader holds against the newer root.
func checkConsistent(tiles tlog.HashReader, older, newer tlog.Tree) error {
	proof, err := tlog.ProveTree(newer.N, older.N, tiles)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, newer.N, newer.Hash, older.N, older.Hash)
}

// checkEntries holds every published entry against its leaf hash.
func checkEntries(folder string, tiles tlog.HashReader, head tlog.Tree) error {
	entries, err := readEntries(filepath.Join(folder, "log"), head.N)
	if err != nil {
		return err
	}
	places := make([]int64, head.N)
	for n := range places {
		places[n] = tlog.StoredHashIndex(0, int64(n))
	}
	leaves, err := tiles.ReadHashes(places)
	if err != nil {
		return err
	}
	for n, entry := range entries {
		if tlog.RecordHash(entry) != leaves[n] {
			return fmt.Errorf("number %d is not the one in the tree", n)
		}
	}
	return nil
}

func openHead(keys []note.Verifier, folder, name string) (tlog.Tree, error) {
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return tlog.Tree{}, err
	}
	return parseHead(keys, data)
}

// parseHead opens a checkpoint that every one of the keys must have signed: note.Open alone is content with one.
func parseHead(keys []note.Verifier, data []byte) (tlog.Tree, error) {
	var head tlog.Tree
	opened, err := note.Open(data, note.VerifierList(keys...))
	if err != nil {
		return head, err
	}
	if len(opened.Sigs) != len(keys) {
		return head, fmt.Errorf("signed by %d of %d keys", len(opened.Sigs), len(keys))
	}
	lines := bytes.Split([]byte(opened.Text), []byte("\n"))
	if len(lines) < 4 || string(lines[0]) != keys[0].Name() {
		return head, errors.New("not a checkpoint of this log")
	}
	if head.N, err = parseNumber(string(lines[1])); err != nil {
		return head, err
	}
	head.Hash, err = tlog.ParseHash(string(lines[2]))
	return head, err
}
