package answerlimit

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestTheOutcomeIsHandedOn(t *testing.T) {
	refused := errors.New("refused")
	for _, want := range []error{nil, refused} {
		got := within(context.Background(), &Config{Timeout: time.Minute}, func(context.Context) error { return want })
		if !errors.Is(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestWhatHangsIsAnsweredAndGoesOn(t *testing.T) {
	release, ended := make(chan struct{}), make(chan struct{})
	err := within(context.Background(), &Config{Timeout: time.Millisecond}, func(context.Context) error {
		defer close(ended)
		<-release
		return nil
	})
	if !errors.Is(err, errLate) {
		t.Errorf("got %v", err)
	}
	close(release)
	<-ended
}
