package bot

import "time"

// File is something a member sent or the program made. Its content is kept
// under its hash, before the commit that names it; it never changes.
type File struct {
	Hash string `cbor:"1,keyasint"`           // SHA-256 of the content, in hex
	Name string `cbor:"2,keyasint,omitempty"` // as its sender called it; for people only, never a path
	Type string `cbor:"3,keyasint,omitempty"` // media type, from the content and not from the name
	Size int64  `cbor:"4,keyasint"`           // bytes

	// Words are what stands in a Word or Excel document, a line for each row with
	// tabs between the cells; "" if it is none, or was not looked into.
	Words string `cbor:"-"`
	// Problem says why a file that was sent is not kept; Hash is "" then.
	Problem FileProblem `cbor:"-"`
}

// FileProblem is why a received file was not kept. Wording has a sentence for
// each under "file.<problem>".
type FileProblem string

const (
	FileTooLarge   FileProblem = "toolarge"   // beyond what is taken
	FileEmpty      FileProblem = "empty"      // no bytes
	FileExpired    FileProblem = "expired"    // its address leads nowhere any more: 5 minutes (page 100719)
	FileLost       FileProblem = "lost"       // it could not be fetched
	FileDamaged    FileProblem = "damaged"    // it cannot be decrypted, or is cut short
	FileMislabeled FileProblem = "mislabeled" // its content is not what its name says
	FileBomb       FileProblem = "bomb"       // an archive that unpacks to far more than it is
)

// Received is what was sent as material, a file or a text, together with who
// sent it, and when.
type Received struct {
	File  File      `cbor:"1,keyasint"` // the zero File for a text alone
	By    string    `cbor:"2,keyasint"` // Person.ID
	At    time.Time `cbor:"3,keyasint"`
	Units []string  `cbor:"4,keyasint,omitempty"` // whom the sender speaks for
	Group string    `cbor:"5,keyasint,omitempty"` // chat id; "" if it came privately

	// Kind is what it is, in the notice's words or as a form's ID; Item is the
	// item of the main form that it belongs to. "" and 0 if nobody said.
	Kind string    `cbor:"6,keyasint,omitempty"`
	Item int       `cbor:"7,keyasint,omitempty"`
	Key  ReportKey `cbor:"8,keyasint,omitzero"` // the report it is a part or the stamped copy of
	Text string    `cbor:"9,keyasint,omitempty"`
	Seen Seen      `cbor:"10,keyasint,omitempty"`
}

// Seen is how a file stands to earlier ones with the same content.
type Seen string

const (
	SeenNamed     Seen = "named"     // the very one that came before: this says what it is
	SeenHere      Seen = "here"      // the unit has sent the same before
	SeenElsewhere Seen = "elsewhere" // another unit has
)
