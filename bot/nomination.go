package bot

func nominationWording() map[string][]string { return map[string][]string{} }
