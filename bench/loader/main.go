// Loader calls one unary gRPC method with prepared request messages, as fast
// as the server answers, and tells in JSON how that went.
//
// Requests and answers are files of messages, each after its length in four
// octets, big-endian. Nothing is marshalled while the clock runs, and a call
// counts as answered once its trailers have said OK.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const deadline = 60 * time.Second

// Report is what the bench reads. Times are in seconds.
type Report struct {
	Answered int            `json:"answered"`
	Refused  map[string]int `json:"refused"`
	Seconds  float64        `json:"seconds"`
	Mean     float64        `json:"mean"`
	Median   float64        `json:"median"`
	P99      float64        `json:"p99"`
}

// outcome is one call's: its answer is nil if it was refused.
type outcome struct {
	answer  []byte
	code    string
	elapsed time.Duration
}

// load is one stage: its calls, and the connections that they share.
type load struct {
	method      string
	token       string
	requests    [][]byte
	connections []*grpc.ClientConn
}

func main() {
	address := flag.String("address", "", "HOST:PORT of the server")
	ca := flag.String("ca", "", "PEM file of the CA that the server's certificate is under")
	token := flag.String("token", "", "file of the access token; empty: none is sent")
	method := flag.String("method", "", "path of the method, as /package.Service/Method")
	requests := flag.String("requests", "", "file of the request messages")
	answers := flag.String("answers", "", "file to write the answers to")
	parallel := flag.Int("parallel", 1, "calls in flight")
	connections := flag.Int("connections", 1, "connections to share among them")
	flag.Parse()

	stage := load{method: *method, token: readToken(*token), requests: readFrames(*requests)}
	stage.connections = connect(*address, *ca, *connections)
	stage.warm()
	began := time.Now()
	outcomes := stage.run(*parallel)
	report := summarize(outcomes, time.Since(began))
	if *answers != "" {
		writeFrames(*answers, outcomes)
	}
	check(json.NewEncoder(os.Stdout).Encode(report))
}

func connect(address, ca string, count int) []*grpc.ClientConn {
	trust, err := credentials.NewClientTLSFromFile(ca, "")
	check(err)
	connections := make([]*grpc.ClientConn, count)
	for i := range connections {
		connections[i], err = grpc.NewClient(address,
			grpc.WithTransportCredentials(trust),
			grpc.WithDefaultCallOptions(grpc.ForceCodec(octets{})))
		check(err)
	}
	return connections
}

// warm opens every connection before the clock runs: handshakes are no calls.
func (l *load) warm() {
	for _, connection := range l.connections {
		var answer []byte
		request := []byte{}
		check(connection.Invoke(context.Background(), "/grpc.health.v1.Health/Check", &request, &answer))
	}
}

func (l *load) run(parallel int) []outcome {
	outcomes := make([]outcome, len(l.requests))
	var next atomic.Int64
	var workers sync.WaitGroup
	for worker := range parallel {
		connection := l.connections[worker%len(l.connections)]
		workers.Add(1)
		go func() {
			defer workers.Done()
			for i := next.Add(1) - 1; i < int64(len(l.requests)); i = next.Add(1) - 1 {
				outcomes[i] = l.call(connection, l.requests[i])
			}
		}()
	}
	workers.Wait()
	return outcomes
}

func (l *load) call(connection *grpc.ClientConn, request []byte) outcome {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if l.token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+l.token)
	}
	var answer []byte
	began := time.Now()
	err := connection.Invoke(ctx, l.method, &request, &answer)
	if err != nil {
		answer = nil
	}
	return outcome{answer, status.Code(err).String(), time.Since(began)}
}

func summarize(outcomes []outcome, took time.Duration) Report {
	report := Report{Refused: map[string]int{}, Seconds: took.Seconds()}
	times := make([]float64, 0, len(outcomes))
	sum := 0.0
	for _, one := range outcomes {
		if one.code != "OK" {
			report.Refused[one.code]++
			continue
		}
		times = append(times, one.elapsed.Seconds())
		sum += one.elapsed.Seconds()
	}
	report.Answered = len(times)
	if len(times) > 0 {
		slices.Sort(times)
		report.Mean = sum / float64(len(times))
		report.Median = times[len(times)/2]
		report.P99 = times[len(times)*99/100]
	}
	return report
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
