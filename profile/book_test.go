package profile_test

import (
	"testing"

	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/profile/profiletest"
)

func TestBook(t *testing.T) {
	t.Parallel()
	profiletest.Run(t, func(*testing.T) profile.Store { return profile.NewBook() })
}
