package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
)

// octets is the codec of messages that are marshalled already.
type octets struct{}

func (octets) Name() string { return "proto" }

func (octets) Marshal(message any) ([]byte, error) { return *message.(*[]byte), nil }

func (octets) Unmarshal(data []byte, message any) error {
	// The buffer is gRPC's own and will be used again.
	*message.(*[]byte) = append([]byte{}, data...)
	return nil
}

func readToken(path string) string {
	if path == "" {
		return ""
	}
	text, err := os.ReadFile(path)
	check(err)
	return strings.TrimSpace(string(text))
}

func readFrames(path string) [][]byte {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	reader := bufio.NewReader(file)
	var frames [][]byte
	for {
		var length uint32
		if err := binary.Read(reader, binary.BigEndian, &length); errors.Is(err, io.EOF) {
			return frames
		} else {
			check(err)
		}
		frame := make([]byte, length)
		_, err := io.ReadFull(reader, frame)
		check(err)
		frames = append(frames, frame)
	}
}

func writeFrames(path string, outcomes []outcome) {
	file, err := os.Create(path)
	check(err)
	writer := bufio.NewWriter(file)
	for _, one := range outcomes {
		if one.answer != nil {
			check(binary.Write(writer, binary.BigEndian, uint32(len(one.answer))))
			_, err := writer.Write(one.answer)
			check(err)
		}
	}
	check(writer.Flush())
	check(file.Close())
}
