//! By what a result is verified (核查方式): the hotline goes by the caller's word, the city system by an inspector's photo;
//! both are supported, by category.

kernel::named! {
    /// By what a result is verified.
    #[derive(serde::Serialize, Default)]
    pub enum Verification {
        /// By the word of who asked: the callback alone (听诉求人的话).
        Word = "word",
        /// By an inspector's photo of the place: no callback (看核查员的照片).
        Photo = "photo",
        /// By the inspector, then by who asked.
        #[default]
        Both = "both",
    }
}
